{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.devices]]</h1><p>[[devices.lead]]</p></div>
  <div class="actions">
    <a class="button" href="/login/devices/csv" download><span class="fa-solid fa-file-arrow-down" aria-hidden="true"></span>[[devices.export]]</a>
    {{#ADMIN}}
    <button class="button" type="button" id="import-button"><span class="fa-solid fa-file-arrow-up" aria-hidden="true"></span>[[devices.import]]</button>
    <input type="file" id="import" accept=".csv,text/csv" hidden aria-label="[[devices.import]]">
    <button class="button primary" type="button" id="add"><span class="fa-solid fa-plus" aria-hidden="true"></span>[[devices.add]]</button>
    {{/ADMIN}}
  </div>
</header>
<div class="toolbar"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[devices.search]]" aria-label="[[devices.search]]" data-search></div></div>
<section class="card" id="list"></section>
