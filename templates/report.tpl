{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.report]]</h1><p>[[report.lead]]</p></div>
  <div class="actions"><button class="button" type="button" id="print"><span class="fa-solid fa-print" aria-hidden="true"></span>[[report.print]]</button><a class="button" data-download="csv" href="#" download><span class="fa-solid fa-file-csv" aria-hidden="true"></span>CSV</a><a class="button primary" data-download="excel" href="#" download><span class="fa-solid fa-file-excel" aria-hidden="true"></span>Excel</a></div>
</header>
<div id="download-progress"></div>
<div class="print-only small" id="print-head"></div>
<form class="card pad filters" aria-label="[[report.filters]]">
  <div class="field"><label for="mac">[[report.device]]</label><select class="select devices" id="mac"><option value="">[[report.all_devices]]</option></select></div>
  <div class="field"><label for="from">[[report.from]]</label><input class="input" type="date" id="from"></div>
  <div class="field"><label for="to">[[report.to]]</label><input class="input" type="date" id="to"></div>
  <div class="field"><label for="tz">[[report.zone]]</label><select class="select" id="tz"><option value="site">[[report.site_zone]]</option><option value="utc">UTC</option></select></div>
  <div class="segmented" role="group" aria-label="[[report.range]]"><button type="button" data-preset="today">[[report.today]]</button><button type="button" data-preset="week">[[report.week]]</button><button type="button" data-preset="month">[[report.month]]</button><button type="button" data-preset="last_month">[[report.last_month]]</button></div>
</form>
<dl class="card pad facts section">
  <div><dt>[[report.runs]]</dt><dd id="runs">–</dd></div>
  <div><dt>[[report.cycles]]</dt><dd id="cycles">–</dd></div>
  <div><dt>[[report.hours]]</dt><dd id="hours">–</dd></div>
  <div><dt>[[report.zone]]</dt><dd id="zone">–</dd></div>
</dl>
<section class="card breaks section" id="list"></section>
