"""Jinja templates of the agency, the weekly paper and the notice board.

Belongs here: markup, which the source files of these sites read. Does not: which page shows what
(cross_posts.py). Links are relative: the sites share a port, each under a path of its own.
"""

from __future__ import annotations

from jinja2 import DictLoader, Environment

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ name }}</title>{% block head %}{% endblock %}</head>
<body><header>{{ name }} (sandbox: homes, people and prices are invented)</header>
<main>{% block main %}{% endblock %}</main></body></html>
"""

_AGENTS_LIST = """{% extends "page" %}{% set name = "Harbor Realty" %}{% block main %}
<div class="results">{% for post in posts %}
<div class="result"><a class="details" href="listing/{{ post.slug }}">{{ post.title }}</a></div>{% endfor %}
</div>{% if more %}<a class="next" href="{{ more }}">Next homes</a>{% endif %}{% endblock %}
"""

_AGENTS_HOME = """{% extends "page" %}{% set name = "Harbor Realty" %}
{% block head %}<script type="application/ld+json">{{ jsonld|safe }}</script>{% endblock %}
{% block main %}<h1>{{ title }}</h1><p>Ask for a viewing.</p>{% endblock %}
"""

_PAPER_HOME = """{% extends "page" %}{% set name = "The Weekly" %}{% block main %}
<article itemscope itemtype="https://schema.org/{{ kind }}">
<h1 itemprop="name">{{ notice.title }}</h1>
<p itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
{% if facts.address %}<span itemprop="streetAddress">{{ facts.address }}</span>,{% endif %}
<span itemprop="addressLocality">{{ notice.city }}</span> <span itemprop="addressRegion">{{ notice.state }}</span>
<span itemprop="postalCode">{{ notice.zip_code }}</span></p>
<p itemprop="geo" itemscope itemtype="https://schema.org/GeoCoordinates">
<meta itemprop="latitude" content="{{ notice.latitude }}"><meta itemprop="longitude" content="{{ notice.longitude }}">
</p>
{% if facts.price %}<p itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price">{{ facts.price }}</span></p>{% endif %}
<ul>
{% for prop, label, value in [("numberOfBedrooms", "bedrooms", facts.bedrooms),
("numberOfBathroomsTotal", "bathrooms", facts.bathrooms), ("yearBuilt", "built", facts.year_built)] if value %}
<li>{{ label }} <span itemprop="{{ prop }}">{{ value }}</span></li>{% endfor %}
{% if facts.living_area %}<li itemprop="floorSize" itemscope itemtype="https://schema.org/QuantitativeValue">
<span itemprop="value">{{ facts.living_area }}</span></li>{% endif %}
{% for label in ["property_type", "status", "lot_size", "condition", "hoa_dues", "parcel_number", "waterfront", "view"]
if facts[label] %}<li itemprop="additionalProperty" itemscope itemtype="https://schema.org/PropertyValue">
<span itemprop="name">{{ label.replace("_", " ") }}</span> <span itemprop="value">{{ facts[label] }}</span></li>
{% endfor %}</ul>
<div itemprop="description">{{ notice.description }}</div>
<p itemprop="seller" itemscope itemtype="https://schema.org/Person"><span itemprop="name">{{ facts.contact }}</span>
<span itemprop="telephone">{{ facts.phone }}</span></p>
</article>{% endblock %}
"""

_BOARD_LIST = """{% extends "page" %}{% set name = "Notice Board" %}{% block main %}
<div id="posts"></div><button id="more" hidden>Show more homes</button>
<script>
const posts = document.getElementById("posts"), button = document.getElementById("more");
async function more() {
  const answer = await (await fetch(`more?after=${posts.children.length}&on={{ on }}`)).json();
  for (const post of answer.posts) {
    const row = document.createElement("a");
    row.className = "post";
    row.setAttribute("href", post.href);
    row.textContent = post.title;
    posts.append(row);
  }
  if (answer.more) button.hidden = false; else button.remove();
}
button.addEventListener("click", more);
more();
</script>{% endblock %}
"""

_BOARD_HOME = """{% extends "page" %}{% set name = "Notice Board" %}{% block main %}
<section class="post">
<h1>{{ notice.title }}</h1>
<p class="ask">{{ facts.price }}</p>
<p class="where">{{ facts.address }}</p><p class="town">{{ facts.city }}</p>
<p class="what">{{ facts.property_type }}</p>
<p class="numbers"><i class="bd">{{ facts.bedrooms }}</i><i class="ba">{{ facts.bathrooms }}</i>
<i class="sf">{{ facts.living_area }}</i><i class="lot">{{ facts.lot_size }}</i><i class="yr">{{ facts.year_built }}</i>
</p>
<p class="shape">{{ facts.condition }}</p><p class="state">{{ facts.status }}</p>
<p class="dues">{{ facts.hoa_dues }}</p>
<div class="story">{{ notice.description }}</div>
<p class="who">{{ facts.contact }}</p><p class="ring">{{ facts.phone }}</p>
<a class="map" data-lat="{{ notice.latitude }}" data-lon="{{ notice.longitude }}"></a>
</section>{% endblock %}
"""

_TEMPLATES = {
    "page": _PAGE,
    "agents_list": _AGENTS_LIST,
    "agents_home": _AGENTS_HOME,
    "paper_home": _PAPER_HOME,
    "board_list": _BOARD_LIST,
    "board_home": _BOARD_HOME,
}
_environment = Environment(loader=DictLoader(_TEMPLATES), autoescape=True, trim_blocks=True)


def page(template: str, **values: object) -> str:
    """One page of a template."""
    return _environment.get_template(template).render(**values)
