{{%AUTOESCAPE context="HTML"}}
<div id="meter" data-uid="{{UID}}">
<header class="page-head">
  <div>
    <a class="crumb" href="/login/summary"><span class="fa-solid fa-arrow-left" aria-hidden="true"></span>[[title.summary]]</a>
    <h1>{{HEADING}}</h1>
    <p>{{#WITH_LOCATION}}{{LOCATION}} · {{/WITH_LOCATION}}<span class="mono small">{{UID}}</span> · [[meter.last_reading]] <time id="seen">–</time></p>
  </div>
  <div class="actions"><span class="contents" id="presence"></span><span class="badge" id="relay" hidden>&nbsp;</span><span class="live" id="live" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span>[[live.connecting]]</span></span><button class="button icon wall-only-desktop" type="button" data-wall-toggle title="[[layout.wall]]" aria-label="[[layout.wall]]"><span class="fa-solid fa-expand" aria-hidden="true"></span></button></div>
</header>
<section class="card" id="nothing" hidden></section>
<div id="content">
<section class="gauges" aria-label="[[meter.live]]">
  <div class="card gauge tone-power" data-gauge="power"><div class="name">[[meter.power]]</div><div class="value"><span class="skeleton">000.0 V</span></div><div class="scale" aria-hidden="true"><span></span></div><div class="bounds" aria-hidden="true"><span>&nbsp;</span><span>&nbsp;</span></div></div>
  <div class="card gauge tone-cost" data-gauge="voltage"><div class="name">[[meter.voltage]]</div><div class="value"><span class="skeleton">000.0 V</span></div><div class="scale" aria-hidden="true"><span></span></div><div class="bounds" aria-hidden="true"><span>&nbsp;</span><span>&nbsp;</span></div></div>
  <div class="card gauge tone-forecast" data-gauge="current"><div class="name">[[meter.current]]</div><div class="value"><span class="skeleton">000.0 V</span></div><div class="scale" aria-hidden="true"><span></span></div><div class="bounds" aria-hidden="true"><span>&nbsp;</span><span>&nbsp;</span></div></div>
  <div class="card gauge tone-demand" data-gauge="pf"><div class="name">[[meter.pf]]</div><div class="value"><span class="skeleton">000.0 V</span></div><div class="scale" aria-hidden="true"><span></span></div><div class="bounds" aria-hidden="true"><span>&nbsp;</span><span>&nbsp;</span></div></div>
  <div class="card gauge tone-co2" data-gauge="frequency"><div class="name">[[meter.frequency]]</div><div class="value"><span class="skeleton">000.0 V</span></div><div class="scale" aria-hidden="true"><span></span></div><div class="bounds" aria-hidden="true"><span>&nbsp;</span><span>&nbsp;</span></div></div>
  <div class="card gauge registers"><div data-gauge="energy"><div class="name">[[meter.energy_register]]</div><div class="value"><span class="skeleton">0,000.0 kWh</span></div></div><div data-gauge="co2"><div class="name">[[meter.co2]]</div><div class="value"><span class="skeleton">0,000.0 kg</span></div></div></div>
</section>
<section class="card section" aria-labelledby="curve-heading">
  <div class="card-head">
    <h2 id="curve-heading">[[meter.curve]] <span class="note" style="font-weight:400;margin-left:.5rem" id="curve-note"></span></h2>
    <div class="actions wall-hide">
      <div class="segmented" role="group" aria-label="[[meter.span]]">
        <button type="button" data-span="day" aria-pressed="true">[[meter.span_day]]</button>
        <button type="button" data-span="week" aria-pressed="false">[[meter.span_week]]</button>
        <button type="button" data-span="month" aria-pressed="false">[[meter.span_month]]</button>
      </div>
      <button class="button icon" type="button" id="day-back" aria-label="[[meter.earlier]]"><span class="fa-solid fa-chevron-left" aria-hidden="true"></span></button>
      <input class="input day" type="date" id="day" aria-label="[[meter.day]]">
      <button class="button icon" type="button" id="day-on" aria-label="[[meter.later]]"><span class="fa-solid fa-chevron-right" aria-hidden="true"></span></button>
    </div>
  </div>
  <div class="card-body"><div class="chart tall" id="curve"></div></div>
</section>
<section class="kpis even section" aria-label="[[meter.this_month]]">
  <div class="card kpi compact energy"><div class="name"><span class="fa-solid fa-plug" aria-hidden="true"></span>[[meter.month_energy]]</div><div class="value" id="month-energy"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-energy"></div></div>
  <div class="card kpi compact cost"><div class="name"><span class="fa-solid fa-receipt" aria-hidden="true"></span>[[meter.month_cost]]</div><div class="value" id="month-cost"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-cost"></div></div>
  <div class="card kpi compact forecast"><div class="name"><span class="fa-solid fa-arrow-trend-up" aria-hidden="true"></span>[[meter.month_forecast]]</div><div class="value" id="month-forecast"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-forecast"></div></div>
  <div class="card kpi compact forecast"><div class="name"><span class="fa-solid fa-coins" aria-hidden="true"></span>[[summary.forecast_cost]]</div><div class="value" id="month-forecast-cost"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-forecast-cost"></div></div>
  <div class="card kpi compact demand"><div class="name"><span class="fa-solid fa-gauge-high" aria-hidden="true"></span>[[summary.max_demand]]</div><div class="value" id="month-demand"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-demand"></div></div>
  <div class="card kpi compact co2"><div class="name"><span class="fa-solid fa-leaf" aria-hidden="true"></span>[[summary.co2]]</div><div class="value" id="month-co2"><span class="skeleton">0,000 kWh</span></div><div class="under" id="under-co2"></div></div>
</section>
<div class="grid two section">
  <section class="card" aria-labelledby="history-heading"><div class="card-head"><h2 id="history-heading">[[meter.history]]</h2><span class="note number" id="history-note"></span></div><div class="card-body"><div class="chart low" style="height:12rem" id="history"></div></div></section>
  <section class="card" aria-labelledby="hours-heading"><div class="card-head"><h2 id="hours-heading">[[meter.weekly]]</h2><span class="note number" id="hours-note"></span></div><div class="card-body"><div class="chart low" style="height:12rem" id="hours"></div></div></section>
</div>
<div class="section-head"><h2>[[meter.last_readings]]</h2></div>
<div class="grid readings">
  <section class="card"><div class="card-head"><h3>[[meter.power]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="power"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.voltage]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="voltage"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.current]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="current"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.pf]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="pf"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.frequency]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="frequency"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.energy]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="energy"></div></div></section>
  <section class="card"><div class="card-head"><h3>[[meter.co2]]</h3><span class="note number"></span></div><div class="card-body"><div class="chart low" data-chart="co2"></div></div></section>
</div>
<div class="section-head"><h2>[[meter.cycles]]</h2><span class="note">[[meter.cycles_note]]</span></div>
<section class="card" id="cycles"></section>
<div class="section-head"><h2>[[meter.corrections]]</h2><span class="note">[[meter.corrections_note]]</span></div>
<section class="card" id="corrections"></section>
</div>
</div>
