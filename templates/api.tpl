{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.api]]</h1><p>[[api.lead]]</p></div>
  <div class="actions"><a class="button" href="/login/api/json" download="openapi.json"><span class="fa-solid fa-file-code" aria-hidden="true"></span>[[api.download]]</a></div>
</header>
<div class="toolbar"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[api.search]]" aria-label="[[api.search]]" data-search></div></div>
<div id="list"><div class="card skeleton" style="height:3rem"></div></div>
