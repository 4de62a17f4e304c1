{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div>
    <h1>[[title.summary]]</h1>
    <p id="subtitle">[[summary.subtitle]]</p>
  </div>
  <div class="actions">
    <span class="live" id="live" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span>[[live.connecting]]</span></span>
    <div class="actions wall-hide" role="group" aria-label="[[summary.month]]">
      <button class="button icon" type="button" id="month-back" aria-label="[[summary.month_back]]"><span class="fa-solid fa-chevron-left" aria-hidden="true"></span></button>
      <input class="input month" type="month" id="month" aria-label="[[summary.month]]">
      <button class="button icon" type="button" id="month-on" aria-label="[[summary.month_on]]"><span class="fa-solid fa-chevron-right" aria-hidden="true"></span></button>
    </div>
    <button class="button icon wall-only-desktop" type="button" data-wall-toggle title="[[layout.wall]]" aria-label="[[layout.wall]]"><span class="fa-solid fa-expand" aria-hidden="true"></span></button>
  </div>
</header>
<section class="kpis" aria-label="[[summary.totals]]" id="kpis">
  <div class="card kpi power"><div class="name"><span class="fa-solid fa-bolt" aria-hidden="true"></span>[[summary.power]]</div><div class="value" data-total="power_w"><span class="skeleton">0,000 kW</span></div><div class="under" data-under="power_w"></div><div class="spark at-present" data-spark="power_w" aria-hidden="true"></div></div>
  <div class="card kpi energy"><div class="name"><span class="fa-solid fa-plug" aria-hidden="true"></span>[[summary.energy]]</div><div class="value" data-total="energy_kwh"><span class="skeleton">0,000 kWh</span></div><div class="under" data-under="energy_kwh"></div><div class="spark this-week" data-spark="energy_kwh" aria-hidden="true"></div></div>
  <div class="card kpi cost"><div class="name"><span class="fa-solid fa-receipt" aria-hidden="true"></span>[[summary.cost]]</div><div class="value" data-total="cost"><span class="skeleton">Rp 0,000</span></div><div class="under" data-under="cost"></div><div class="spark this-week" data-spark="cost" aria-hidden="true"></div></div>
  <div class="card kpi forecast"><div class="name"><span class="fa-solid fa-arrow-trend-up" aria-hidden="true"></span>[[summary.forecast_cost]]</div><div class="value" data-total="forecast_cost"><span class="skeleton">Rp 0,000</span></div><div class="under" data-under="forecast_cost"></div><div class="spark this-week" data-spark="forecast_cost" aria-hidden="true"></div></div>
  <div class="card kpi co2"><div class="name"><span class="fa-solid fa-leaf" aria-hidden="true"></span>[[summary.co2]]</div><div class="value" data-total="co2_kg"><span class="skeleton">0,000 kg</span></div><div class="under" data-under="co2_kg"></div><div class="spark this-week" data-spark="co2_kg" aria-hidden="true"></div></div>
</section>
<div class="grid wide-left section" id="charts">
  <section class="card" aria-labelledby="load-heading">
    <div class="card-head"><h2 id="load-heading">[[summary.load_today]]</h2><span class="note" id="load-note"></span></div>
    <div class="card-body"><div class="chart" id="load"></div></div>
  </section>
  <section class="card" aria-labelledby="week-heading">
    <div class="card-head"><h2 id="week-heading">[[summary.last_seven_days]]</h2><span class="note" id="week-note"></span></div>
    <div class="card-body"><div class="chart" id="week"></div></div>
  </section>
</div>
<div class="later">
<div class="section-head"><h2>[[summary.meters]]</h2><span class="note" id="meter-count"></span></div>
<div class="toolbar wall-hide">
  <div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="filter" placeholder="[[summary.filter]]" aria-label="[[summary.filter]]" data-search></div>
  <select class="select" id="sort" aria-label="[[summary.sort]]">
    <option value="power_w">[[summary.sort_power]]</option>
    <option value="energy_kwh">[[summary.sort_energy]]</option>
    <option value="cost">[[summary.sort_cost]]</option>
    <option value="forecast_kwh">[[summary.sort_forecast]]</option>
    <option value="location">[[summary.sort_location]]</option>
    <option value="online">[[summary.sort_offline]]</option>
  </select>
  <div class="segmented" role="group" aria-label="[[summary.layout]]">
    <button type="button" data-layout="cards" aria-pressed="true">[[summary.as_cards]]</button>
    <button type="button" data-layout="rows" aria-pressed="false">[[summary.as_rows]]</button>
  </div>
</div>
<section id="meters" class="meters" aria-label="[[summary.meters]]" aria-busy="true">
  <div class="card skeleton" style="height:21rem"></div>
  <div class="card skeleton" style="height:21rem"></div>
  <div class="card skeleton" style="height:21rem"></div>
</section>
</div>
