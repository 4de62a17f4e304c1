{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.utilities]]</h1><p>[[utilities.lead]]</p></div>
  <div class="actions"><span class="live" id="live" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span>[[live.connecting]]</span></span><button class="button icon wall-only-desktop" type="button" data-wall-toggle title="[[layout.wall]]" aria-label="[[layout.wall]]"><span class="fa-solid fa-expand" aria-hidden="true"></span></button></div>
</header>
<div id="figures">
<section class="kpis even" aria-label="[[utilities.totals]]">
  <div class="card kpi compact energy"><div class="name"><span class="fa-solid fa-stopwatch" aria-hidden="true"></span>[[utilities.run_today]]</div><div class="value" id="total-today"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-today"></div></div>
  <div class="card kpi compact cost"><div class="name"><span class="fa-solid fa-calendar" aria-hidden="true"></span>[[utilities.run_month]]</div><div class="value" id="total-month"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-month"></div></div>
  <div class="card kpi compact forecast"><div class="name"><span class="fa-solid fa-rotate" aria-hidden="true"></span>[[utilities.cycles_today]]</div><div class="value" id="total-cycles"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-cycles"></div></div>
  <div class="card kpi compact power"><div class="name"><span class="fa-solid fa-screwdriver-wrench" aria-hidden="true"></span>[[utilities.due]]</div><div class="value" id="total-due"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-due"></div></div>
</section>
<section class="card section" aria-labelledby="chart-heading">
  <div class="card-head"><h2 id="chart-heading">[[utilities.chart_heading]]</h2></div>
  <div class="card-body"><div class="chart" id="chart"></div></div>
</section>
<div class="toolbar section wall-hide"><div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[utilities.search]]" aria-label="[[utilities.search]]" data-search></div></div>
</div>
<section class="card section later" id="machines"><div class="skeleton" style="height:16rem"></div></section>
