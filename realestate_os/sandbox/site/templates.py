"""Jinja templates of the site.

Belongs here: markup. The markup of facts (<dl class="facts">) is what the project's own source file
for this site reads; the fault "markup" changes it.
"""

from __future__ import annotations

_STYLE = """
:root { --ink: #22303c; --line: #d8dfe4; --accent: #0b6e4f; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #f6f8f9; }
header, main, footer { max-width: 960px; margin: 0 auto; padding: 16px; }
header a { color: var(--accent); font-weight: 700; text-decoration: none; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 16px; }
ul.grid { padding: 0; list-style: none; }
.card, #home { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
.card a { color: inherit; text-decoration: none; font-weight: 600; }
.price { color: var(--accent); font-weight: 700; }
dl.facts { display: grid; grid-template-columns: 160px 1fr; gap: 4px 12px; }
dl.facts dt { color: #5b6b77; } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
nav.pages { display: flex; gap: 12px; padding: 16px 0; }
svg.photo { width: 100%; height: auto; background: #dcecf5; border-radius: 6px; }
footer { color: #5b6b77; font-size: 14px; }
"""

_PHOTO = """
{% macro photo(d) %}
<svg class="photo" viewBox="0 0 200 140" role="img" aria-label="Drawing of the home">
<rect x="0" y="118" width="200" height="22" fill="#9bbf8a"/>
{% if d.flat %}<rect x="14" y="{{ 112 - d.height }}" width="172" height="8" fill="{{ d.roof }}"/>
{% else %}
<polygon points="8,{{ 118 - d.height }} 100,{{ 88 - d.height }} 192,{{ 118 - d.height }}" fill="{{ d.roof }}"/>
{% endif %}
<rect x="16" y="{{ 118 - d.height }}" width="168" height="{{ d.height }}" fill="{{ d.wall }}"/>
{% for x, y in d.windows %}<rect x="{{ x|round }}" y="{{ 118 - d.height + y }}" width="16" height="12" fill="#fdf6d8"/>
{% endfor %}<rect x="92" y="98" width="16" height="20" fill="{{ d.door }}"/>
</svg>
{% endmacro %}
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{% block title %}{% endblock %} | Doorstep, homes by owner</title>
{% if canonical %}<link rel="canonical" href="{{ canonical }}">{% endif %}
{% block head %}{% endblock %}
<style>{{ style|safe }}</style>
</head>
<body>
<header><a href="/{{ county or '' }}{{ '/homes' if county }}">Doorstep</a> homes for sale by their owners</header>
<main>{% block main %}{% endblock %}</main>
<footer>Doorstep is part of a sandbox: the homes, people and prices are invented. <a href="/">About</a></footer>
</body>
</html>
"""

_LIST = """{% extends "page" %}{% from "photo" import photo %}
{% block title %}{{ title }}, page {{ page }}{% endblock %}
{% block head %}
{% if page > 1 %}<link rel="prev" href="/{{ county }}/homes?page={{ page - 1 }}">{% endif %}
{% if page < pages %}<link rel="next" href="/{{ county }}/homes?page={{ page + 1 }}">{% endif %}
{% endblock %}
{% block main %}
<h1>{{ title }}</h1>
<p>{{ total }} homes, newest first</p>
<ul class="grid">
{% for n in notices %}
<li class="card">{{ photo(drawing(n)) }}
<a class="home" href="/{{ county }}/home/{{ n.slug }}">{{ n.title }}</a>
<div class="price">{{ n.price_text or 'No price given' }}</div>
<div>{{ type_label(n) }}, {{ n.city }} {{ n.zip_code }}</div></li>
{% endfor %}
</ul>
<nav class="pages">
{% if page > 1 %}<a rel="prev" href="/{{ county }}/homes?page={{ page - 1 }}">Newer</a>{% endif %}
<span>Page {{ page }} of {{ pages }}</span>
{% if page < pages %}<a rel="next" href="/{{ county }}/homes?page={{ page + 1 }}">Older</a>{% endif %}
</nav>
{% endblock %}
"""

_FACTS = """<dl class="facts">
{% for label, value in facts %}<dt>{{ label }}</dt><dd>{{ value }}</dd>
{% endfor %}</dl>
"""

_HTML = (
    """{% extends "page" %}{% from "photo" import photo %}
{% block title %}{{ notice.title }}{% endblock %}
{% block main %}
<article id="home">
<h1>{{ notice.title }}</h1>
{{ photo(drawing) }}
"""
    + _FACTS
    + """<h2>Description</h2>
<div class="description">{{ notice.description }}</div>
{% if notice.tour_url %}<p><a class="tour" href="{{ notice.tour_url }}">Virtual tour</a></p>{% endif %}
{% if history|length > 1 %}<h2>Price history</h2>
<ul class="history">{% for day, usd in history %}<li>{{ day }}: {{ usd }}</li>{% endfor %}</ul>{% endif %}
<div class="map" data-lat="{{ notice.latitude }}" data-lon="{{ notice.longitude }}"></div>
</article>
{% endblock %}
"""
)

_JSONLD = """{% extends "page" %}{% from "photo" import photo %}
{% block title %}{{ notice.title }}{% endblock %}
{% block head %}<script type="application/ld+json">{{ jsonld|safe }}</script>{% endblock %}
{% block main %}
<article id="home">
<h1>{{ notice.title }}</h1>
{{ photo(drawing) }}
<p class="price">{{ notice.price_text }}</p>
<div class="description">{{ notice.description }}</div>
{% if notice.tour_url %}<p><a class="tour" href="{{ notice.tour_url }}">Virtual tour</a></p>{% endif %}
</article>
{% endblock %}
"""

_CLIENT = """{% extends "page" %}
{% block title %}Home {{ notice.slug[-9:] }}{% endblock %}
{% block main %}
<div id="home" data-rendered="client" data-source="/{{ county }}/api/home/{{ notice.slug }}?on={{ on }}">
<p>Loading</p>
</div>
<script>
(async () => {
  const home = document.getElementById("home");
  const add = (parent, tag, text, name) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (name) node.className = name;
    parent.append(node);
    return node;
  };
  const answer = await fetch(home.dataset.source);
  const data = await answer.json();
  document.title = data.title;
  home.replaceChildren();
  add(home, "h1", data.title);
  const list = add(home, "dl", undefined, "facts");
  for (const [label, value] of data.facts) { add(list, "dt", label); add(list, "dd", value); }
  add(home, "h2", "Description");
  add(home, "div", data.description, "description");
  const map = add(home, "div", undefined, "map");
  map.dataset.lat = data.latitude;
  map.dataset.lon = data.longitude;
  home.dataset.ready = "yes";
})();
</script>
<noscript>This page needs JavaScript.</noscript>
{% endblock %}
"""

_TEXT = """{% extends "page" %}
{% block title %}{{ title }}{% endblock %}
{% block main %}<h1>{{ title }}</h1>{% for line in lines %}<p>{{ line }}</p>{% endfor %}{% endblock %}
"""

TEMPLATES = {
    "page": _PAGE.replace("{{ style|safe }}", _STYLE),
    "photo": _PHOTO,
    "list": _LIST,
    "html": _HTML,
    "jsonld": _JSONLD,
    "client": _CLIENT,
    "text": _TEXT,
}
