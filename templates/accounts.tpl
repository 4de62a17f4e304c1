{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.accounts]]</h1><p>[[accounts.lead]]</p></div>
  <div class="actions"><button class="button primary" type="button" id="add"><span class="fa-solid fa-plus" aria-hidden="true"></span>[[accounts.add]]</button></div>
</header>
<div class="toolbar"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[accounts.search]]" aria-label="[[accounts.search]]" data-search></div></div>
<section class="card" id="list"></section>
