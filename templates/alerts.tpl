{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div><h1>[[title.alerts]]</h1><p>[[alerts.lead]]</p></div>
  <div class="actions"><span class="live" id="live" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span>[[live.connecting]]</span></span></div>
</header>
<div class="toolbar">
  <div class="affix grow"><span class="fa-solid fa-magnifying-glass" aria-hidden="true"></span><input class="input" type="search" id="search" placeholder="[[alerts.search]]" aria-label="[[alerts.search]]" data-search></div>
  <select class="select" id="state" aria-label="[[alerts.state]]">
    <option value="">[[alerts.every_state]]</option>
    <option value="raised">[[alert.state.raised]]</option>
    <option value="acknowledged">[[alert.state.acknowledged]]</option>
    <option value="cleared">[[alert.state.cleared]]</option>
  </select>
  <select class="select" id="kind" aria-label="[[alerts.kind]]">
    <option value="">[[alerts.every_kind]]</option>
    <option value="maintenance">[[alert.kind.maintenance]]</option>
    <option value="temperature">[[alert.kind.temperature]]</option>
    <option value="humidity">[[alert.kind.humidity]]</option>
    <option value="offline">[[alert.kind.offline]]</option>
    <option value="power">[[alert.kind.power]]</option>
    <option value="power_factor">[[alert.kind.power_factor]]</option>
    <option value="stale">[[alert.kind.stale]]</option>
    <option value="stuck">[[alert.kind.stuck]]</option>
    <option value="disk">[[alert.kind.disk]]</option>
    <option value="spool">[[alert.kind.spool]]</option>
    <option value="database">[[alert.kind.database]]</option>
  </select>
</div>
<section class="card" id="list"></section>
