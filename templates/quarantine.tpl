{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.quarantine]]</h1><p>[[quarantine.lead]]</p></div>
  <div class="actions"><button class="button" type="button" id="reload"><span class="fa-solid fa-rotate-right" aria-hidden="true"></span>[[common.reload]]</button></div>
</header>
<div class="toolbar"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[quarantine.search]]" aria-label="[[quarantine.search]]" data-search></div></div>
<section class="card" id="list"></section>
