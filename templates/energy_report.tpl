{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.energy_report]]</h1><p>[[energy_report.lead]]</p></div>
  <div class="actions"><button class="button" type="button" id="print"><span class="fa-solid fa-print" aria-hidden="true"></span>[[report.print]]</button><a class="button" data-download="csv" href="#" download><span class="fa-solid fa-file-csv" aria-hidden="true"></span>CSV</a><a class="button primary" data-download="excel" href="#" download><span class="fa-solid fa-file-excel" aria-hidden="true"></span>Excel</a></div>
</header>
<div id="download-progress"></div>
<div class="print-only small" id="print-head"></div>
<form class="card pad filters" aria-label="[[report.filters]]">
  <div class="field"><label for="by">[[energy_report.by]]</label><select class="select" id="by"><option value="day">[[energy_report.by_day]]</option><option value="week">[[energy_report.by_week]]</option><option value="month">[[energy_report.by_month]]</option></select></div>
  <div class="field"><label for="uid">[[energy_report.meter]]</label><select class="select devices" id="uid"><option value="">[[report.all_devices]]</option></select></div>
  <div class="field"><label for="group">[[energy_report.group]]</label><select class="select groups" id="group"><option value="">[[energy_report.all_groups]]</option></select></div>
  <div class="field"><label for="from">[[report.from]]</label><input class="input" type="date" id="from"></div>
  <div class="field"><label for="to">[[report.to]]</label><input class="input" type="date" id="to"></div>
  <div class="segmented" role="group" aria-label="[[report.range]]"><button type="button" data-preset="today">[[report.today]]</button><button type="button" data-preset="week">[[report.week]]</button><button type="button" data-preset="month">[[report.month]]</button><button type="button" data-preset="last_month">[[report.last_month]]</button></div>
</form>
<div id="figures" class="section">
<section class="kpis even" aria-label="[[summary.totals]]">
  <div class="card kpi compact energy"><div class="name"><span class="fa-solid fa-plug" aria-hidden="true"></span>[[summary.energy]]</div><div class="value" id="energy"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-energy"></div></div>
  <div class="card kpi compact cost"><div class="name"><span class="fa-solid fa-receipt" aria-hidden="true"></span>[[summary.cost]]</div><div class="value" id="cost"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-cost"></div></div>
  <div class="card kpi compact co2"><div class="name"><span class="fa-solid fa-leaf" aria-hidden="true"></span>[[summary.co2]]</div><div class="value" id="co2"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-co2"></div></div>
  <div class="card kpi compact demand"><div class="name"><span class="fa-solid fa-gauge-high" aria-hidden="true"></span>[[summary.max_demand]]</div><div class="value" id="demand"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-demand"></div></div>
</section>
<section class="card section" aria-labelledby="chart-heading"><div class="card-head"><h2 id="chart-heading">[[energy_report.chart_heading]]</h2></div><div class="card-body"><div class="chart" id="chart"></div></div></section>
</div>
<section class="card breaks section later" id="list"><div class="skeleton" style="height:16rem"></div></section>
