"""Drawn tables as whole web pages: what a site prints around every article, and the tables between it."""

from __future__ import annotations

import html

from ..draw import Draw
from ..sheet import Block, Lines, Table

_MENU = ("首页", "机构概况", "政务公开", "政务服务", "互动交流", "数据发布", "专题专栏", "走进机关", "新闻中心", "通知公告")
_LISTED = ("财政预决算", "法定主动公开内容", "重点领域信息公开", "政府信息公开指南", "政府信息公开年报", "依申请公开", "规划计划",
           "人事信息", "采购公告", "重大项目", "建议提案办理", "行政执法公示")
_FOOT = ("网站地图", "联系我们", "关于我们", "隐私声明", "帮助", "无障碍浏览")


def write_web_page(blocks: list[Block], draw: Draw) -> str:
    """A web page with a menu, the way to the article, the article and a foot; old sites keep all of them in tables."""
    article = _article(blocks, draw)
    menu = [text for text in _MENU if draw.chance(0.7)] or list(_MENU)
    listed = [text for text in _LISTED if draw.chance(0.6)]
    foot = [text for text in _FOOT if draw.chance(0.6)]
    way = f"当前位置：{' &gt; '.join(_link(text) for text in menu[:3])}"
    day = f"202{draw.number(0, 5)}-0{draw.number(1, 9)}-1{draw.number(0, 9)}"
    told = f"发布时间：{day} 浏览次数：{draw.number(10, 9999)} 字体：[大 中 小]"
    head = ["<!DOCTYPE html>", '<html lang="zh">', "<head>", '<meta charset="utf-8">', "<title>信息公开</title>",
            "<style>td{border:1px solid #000}</style>",
            "<script>var table = '<table><tr><td>1</td></tr></table>';</script>", "</head>", "<body>"]
    shape = draw.pick(("elements", "lists", "tables"))
    if shape == "tables":
        page = ["<table width=\"100%\"><tr>", *(f"<td>{_link(text)}</td>" for text in menu), "</tr></table>",
                f"<table><tr><td>{way}</td></tr></table>", "<table><tr><td valign=\"top\">",
                *(f"{_link(text)}<br>" for text in listed), "</td><td>", f"<p>{told}</p>", *article, "</td></tr></table>",
                f"<table><tr><td>{' | '.join(_link(text) for text in foot)}</td></tr></table>"]
    else:
        top, side, bottom = ("nav", "aside", "footer") if shape == "elements" else ("div", "div", "div")
        page = [f"<{top} class=\"menu\">", *_list(menu), f"</{top}>", f"<div class=\"way\">{way}</div>",
                f"<{side} class=\"left\">", *_list(listed), f"</{side}>", "<div class=\"article\">",
                f"<div class=\"told\">{told}</div>", *article,
                "<div><a href=\"#\">打印本页</a> <a href=\"#\">关闭窗口</a></div>", "</div>", f"<{bottom}>", *_list(foot),
                f"<p>主办单位：信息中心&nbsp;&nbsp;备案号：{draw.number(1000, 9999)}号</p>", f"</{bottom}>"]
    return "\n".join([*head, *page, "</body>", "</html>", ""])


def _link(text: str) -> str:
    return f'<a href="/{len(text)}.html">{text}</a>'


def _list(texts: list[str]) -> list[str]:
    return ["<ul>", *(f"<li>{_link(text)}</li>" for text in texts), "</ul>"]


def _article(blocks: list[Block], draw: Draw) -> list[str]:
    lines: list[str] = []
    wrapped = draw.pick(("", "p", "p-span"))
    vertical = draw.chance(0.4)  # a line break behind each character of a tall label
    spread = draw.chance(0.5)
    for block in blocks:
        if isinstance(block, Lines):
            for line in block.marks:
                tag = "h2" if block.heading else "p"
                lines.append(f"<{tag}>{'&nbsp;&nbsp;'.join(html.escape(mark.text) for mark in line)}</{tag}>")
        else:
            rows = _rows(block, wrapped, vertical)
            lines += ["<table border=\"1\">", *(rows if spread else ["".join(rows)]), "</table>", "<p>&nbsp;</p>"]
    return lines


def _rows(table: Table, wrapped: str, vertical: bool) -> list[str]:
    starts = {(box.row, box.column): box for box in table.boxes}
    covered = {(box.row + down, box.column + across)
               for box in table.boxes for down in range(box.rows) for across in range(box.columns)} - starts.keys()
    rows = []
    for row in range(table.rows):
        cells = []
        for column in range(table.columns):
            if (row, column) in covered:
                continue
            box = starts.get((row, column))
            text = html.escape(box.mark.text).replace("\n", "<br>") if box else ""
            if box and vertical and box.rows > 2 and box.columns == 1 and len(box.mark.text) <= 2 * box.rows:
                text = "<br>".join(html.escape(character) for character in box.mark.text)
            spans = f' rowspan="{box.rows}" colspan="{box.columns}"' if box and box.rows * box.columns > 1 else ""
            inner = {"": text, "p": f"<p>{text}</p>", "p-span": f'<p><span style="font-size:12pt">{text}</span></p>'}[wrapped]
            cells.append(f"<td{spans}>{inner if text else '&nbsp;'}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return rows
