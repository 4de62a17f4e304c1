{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.climate]]</h1><p>[[climate.lead]]</p></div>
  <div class="actions"><span class="live" id="live" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span>[[live.connecting]]</span></span><button class="button icon wall-only-desktop" type="button" data-wall-toggle title="[[layout.wall]]" aria-label="[[layout.wall]]"><span class="fa-solid fa-expand" aria-hidden="true"></span></button></div>
</header>
<div class="toolbar wall-hide" id="tools"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[climate.search]]" aria-label="[[climate.search]]" data-search></div></div>
<section class="rooms later" id="rooms" aria-label="[[title.climate]]" aria-busy="true">
  <div class="card skeleton" style="height:19.5rem"></div>
  <div class="card skeleton" style="height:19.5rem"></div>
  <div class="card skeleton" style="height:19.5rem"></div>
</section>
