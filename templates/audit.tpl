{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div><h1>[[title.audit]]</h1><p>[[audit.lead]]</p></div></header>
<div class="toolbar"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[audit.search]]" aria-label="[[audit.search]]" data-search></div></div>
<section class="card" id="list"></section>
