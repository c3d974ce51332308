"""Everything the command line says, in Chinese and English."""

from __future__ import annotations

from recognizer.language import language


def say(key: str, **details: object) -> str:
    """The message `key` in the user's language, with its blanks filled in. Raises KeyError for no such message."""
    english, chinese = _MESSAGES[key]
    return (chinese if language() == "zh" else english).format(**details)


_MESSAGES: dict[str, tuple[str, str]] = {
    "app": (
        "From archived budget-performance tables to tidy, trustworthy records.\n\n"
        "Example:  recognizer digitize archive/ --out records --excel",
        "把存档的项目支出绩效目标表变成整齐可信的数据。\n\n示例：  recognizer digitize 档案/ --out 结果 --excel"),
    "version": ("Show the version and end.", "显示版本号并退出。"),
    "digitize": (
        "Digitise documents: a JSON a document, and all facts as tables.\n\n"
        "Examples:\n\n"
        "  recognizer digitize forms_2024.md --out records\n\n"
        "  recognizer digitize archive/2023 archive/2024 --out records --excel --jobs 4\n\n"
        "  recognizer digitize 'archive/**/*.txt' --out records\n\n"
        "The folder after --out will hold documents/*.json, records.csv, funds.csv, goals.csv and attributes.csv (each as "
        ".parquet too) and failures.jsonl. Exit status: 0 all done, 1 some documents failed (the others are done), 2 bad usage, "
        "130 interrupted (what was done is kept). Options can stand in recognizer.toml, under \\[digitize].",
        "识别文档：每份文档一个 JSON，全部事实汇总成表。\n\n"
        "示例：\n\n"
        "  recognizer digitize 绩效表2024.md --out 结果\n\n"
        "  recognizer digitize 档案/2023 档案/2024 --out 结果 --excel --jobs 4\n\n"
        "  recognizer digitize '档案/**/*.txt' --out 结果\n\n"
        "--out 后的文件夹里有 documents/*.json、records.csv、funds.csv、goals.csv、attributes.csv（各有同名 .parquet）"
        "和 failures.jsonl。退出码：0 全部完成；1 有文档失败（其余已完成）；2 用法错误；130 被中断（已完成的保留）。"
        "选项也可以写在 recognizer.toml 的 \\[digitize] 一节。"),
    "sources": ("Files, folders (walked) and globs.", "文件、文件夹（含子文件夹）或通配符。"),
    "out": ("The folder for the results; made if need be.", "存放结果的文件夹，没有则新建。"),
    "excel": ("Also write records.xlsx, in which every cell is text.", "另写 records.xlsx，单元格一律为文本。"),
    "format": (
        "A format to write: csv and parquet always are, xlsx is as --excel.",
        "要写的格式：csv 和 parquet 总会写，xlsx 同 --excel。"),
    "layout": (
        "Which engines lay out the pages of PDFs: native, our own; camelot; both, our own with camelot's second opinion; deep, "
        "our own with that of a network on hard pages (extra package). What they differ on is doubted.",
        "PDF 版面由哪个引擎识别：native 自有引擎；camelot；both 自有引擎加 camelot 复核；"
        "deep 自有引擎，难页由神经网络复核（需另装）。两者不一致之处标为存疑。"),
    "without_check": (
        "A check not to be made, by the name of its doubt; recognizer checks lists them. Can be given more than once.",
        "不做的检查，写疑点名称（recognizer checks 列出全部）；可多次给出。"),
    "max_error": (
        "The error budget: the share of wrong facts you can live with among those accepted unseen (docs/confidence.md).",
        "误差预算：在不经人工核对而接受的事实中可以容忍的错误比例（见 docs/confidence.md）。"),
    "no_check": ("--without-check: {reason}", "--without-check：{reason}"),
    "checks": (
        "List the checks and doubts: what each says of a fact.\n\nExample:  recognizer checks",
        "列出各项检查和疑点的含义。\n\n示例：  recognizer checks"),
    "check_name": ("Doubt", "疑点"),
    "check_means": ("What it says", "含义"),
    "check_switch": ("Can be left out", "可关闭"),
    "yes": ("yes", "是"),
    "cluster": (
        "Work on the machines of a dask cluster: tcp://scheduler:8786, or local:4 for four workers here (extra package).",
        "用 dask 集群的机器处理：tcp://scheduler:8786；local:4 表示本机四个进程（需另装）。"),
    "store": (
        "Also put the results into an object store, such as s3://bucket/records (fsspec); DIR stays on the local disk.",
        "把结果也写到对象存储，如 s3://bucket/records（fsspec）；DIR 仍在本地磁盘。"),
    "no_url": ("not the address of a store: {url}", "不是存储地址：{url}"),
    "partition": (
        "Part the Parquet tables into folders by the values of these columns, such as city,fiscal_year.",
        "按这些列的值把 Parquet 分到文件夹里，如 city,fiscal_year。"),
    "without": (
        "Leave this out of everything written, such as attributes:项目负责人; can be given several times.",
        "任何输出都不含这些内容，如 attributes:项目负责人，可写多次。"),
    "made_before": (
        "{path} was made of earlier results and may hold what is left out now: make it anew, or remove it",
        "{path} 由以前的结果生成，可能仍含现在略去的内容：请重新生成或删除"),
    "quiet": ("Say nothing but what failed.", "只报告失败。"),
    "jobs": (
        "How many processes read documents at the same time; as many as there are processors, if not given.",
        "同时用几个进程处理文档，不写则与处理器数相同。"),
    "rehash": (
        "Read every file again to see whether it has changed; else its size, time and inode tell.",
        "重新读取每个文件以判断是否有变；不写则看大小、修改时间和 inode。"),
    "retry_failed": ("Try documents again that failed before.", "重试以前失败的文档。"),
    "dry_run": ("Only say what there is to do, and how long it may take.", "只说明有多少要做、大约需要多久。"),
    "log_json": ("Say everything as JSON lines on standard output, for machines.", "以 JSON 行在标准输出报告一切，供程序读取。"),
    "model": (
        "The folder of a model of your own, or a version of recognizer models; the one in use, if not given.",
        "自己的模型所在文件夹，或 recognizer models 列出的版本；不写则用选定的模型。"),
    "vocabulary": (
        "A vocabulary file of your own (.csv or .ttl); docs/vocabulary.md says how it is made.",
        "自己的词表文件（.csv 或 .ttl），做法见 docs/vocabulary.md。"),
    "debug": ("Stop at an unexpected error with its full traceback.", "遇到意外错误即停止，显示完整的调用栈。"),
    "options_panel": ("Options", "选项"),
    "arguments_panel": ("Arguments", "参数"),
    "commands_panel": ("Commands", "命令"),
    "error_panel": ("Error", "错误"),
    "required": ("[required]", "［必填］"),
    "default": ("[default: {{}}]", "［默认：{{}}］"),
    "see_help": (
        "Try [blue]'{{command_path}} {{help_option}}'[/] for help.", "用法见 [blue]'{{command_path}} {{help_option}}'[/]。"),
    "working": ("Digitising", "正在识别"),
    "no_source": ("no document matches {sources}", "没有文档与 {sources} 相符"),
    "missing": ("no such file or folder", "没有这个文件或文件夹"),
    "forbidden_folder": ("the folder cannot be read: {reason}", "文件夹无法读取：{reason}"),
    "not_writable": ("the results cannot be written to {folder}: {reason}", "结果无法写入 {folder}：{reason}"),
    "folder_in_use": ("another run is writing to {folder}", "另一次运行正在写入 {folder}"),
    "bad_options_file": ("recognizer.toml cannot be read: {reason}", "recognizer.toml 无法读取：{reason}"),
    "unknown_option": ("recognizer.toml: no such option: {name}", "recognizer.toml：没有这个选项：{name}"),
    "unexpected": ("unexpected error: {reason}", "意外错误：{reason}"),
    "warning": ("warning", "警告"),
    "interrupted": (
        "interrupted: the results hold the {done} documents done; the same command goes on from there",
        "已中断：结果包含已完成的 {done} 份文档；再次运行同一命令即从此处继续"),
    "finishing": (
        "finishing the documents in hand; Ctrl-C again stops at once",
        "正在完成手头的文档；再按一次 Ctrl-C 立即停止"),
    "stopped": (
        "stopped at once: the same command goes on from there",
        "已立即停止：再次运行同一命令即从此处继续"),
    "make_space": (
        "make space, then run the same command again: it goes on from there",
        "请腾出空间后再次运行同一命令，即从此处继续"),
    "status": (
        "Say how far the runs into a folder have come, and what was not read.\n\nExample:  recognizer status records",
        "说明写入某个文件夹的运行进行到哪里、哪些没有读成。\n\n示例：  recognizer status 结果"),
    "status_folder": ("The folder given to digitize after --out.", "digitize 命令 --out 后的文件夹。"),
    "as_json": ("Print JSON, for machines.", "输出 JSON，供程序读取。"),
    "no_journal": ("no run has written to {folder}", "没有运行写入过 {folder}"),
    "run": ("Last run", "最近一次运行"),
    "run_running": ("going on", "进行中"),
    "run_killed": ("killed", "被强行终止"),
    "run_interrupted": ("interrupted", "被中断"),
    "run_finished": ("finished", "已完成"),
    "started": ("Started", "开始时间"),
    "done": ("Done", "已完成"),
    "to_do": ("To do", "待处理"),
    "go_on": ("The same recognizer digitize command goes on from there.", "再次运行同一 recognizer digitize 命令即从此处继续。"),
    "would": ("What a run would do", "运行将要做的事"),
    "to_keep": ("Unchanged", "未变"),
    "to_label": ("To label again, without reading", "无需重读、只需重新识别"),
    "to_read": ("To read", "需要读取"),
    "megabytes": ("  megabytes", "  兆字节"),
    "about": ("Time, with {jobs} processes", "用 {jobs} 个进程大约需要"),
    "about_time": ("about {time}", "约 {time}"),
    "by_sample": ("  by {count} documents read as a sample", "  按抽样读取的 {count} 份文档推算"),
    "looking": ("Looking for documents", "正在查找文档"),
    "figures": (
        "{pages} pages · {failed} failed · {doubtful} doubtful · {pages_per_second} pages/s",
        "{pages} 页 · 失败 {failed} · 待复核 {doubtful} · {pages_per_second} 页/秒"),
    "page": ("page {page}", "第 {page} 页"),
    "pages": ("Pages", "页"),
    "kept": ("unchanged since an earlier run", "自上次运行以来未变"),
    "interrupted_early": (
        "interrupted before a document was done: the folder is as it was",
        "一份文档都未完成即被中断：文件夹未作改动"),
    "title": ("Digitised", "识别结果"),
    "documents": ("Documents", "文档"),
    "of": ("{done} of {all}", "{done}/{all}"),
    "without_table": ("without such a table", "没有此类表格"),
    "projects": ("Projects", "项目"),
    "indicators": ("Indicators", "指标"),
    "values": ("Values", "指标值"),
    "funds": ("Amounts of money", "资金"),
    "goals": ("Goals", "绩效目标"),
    "to_review": ("Facts to review", "待复核"),
    "review": ("Facts to review, for an error budget of {budget}", "待复核（误差预算 {budget}）"),
    "warnings": ("Warnings", "警告"),
    "passed_over": ("Other files passed over", "略过的其他文件"),
    "removed": ("Documents of an earlier run removed", "删除的旧文档"),
    "seconds": ("Seconds", "用时（秒）"),
    "results": ("Results", "结果"),
    "failures": ("Failed", "失败"),
    "more_failures": ("… and {more} more: see {file}", "……另有 {more} 份，见 {file}"),
}
