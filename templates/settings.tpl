{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div><h1>[[title.settings]]</h1><p>[[settings.lead]]</p></div></header>
<form id="form" class="stack" novalidate>
  <div class="stack" id="parts"><div class="card skeleton" style="height:10.5rem"></div><div class="card skeleton" style="height:10.5rem"></div><div class="card skeleton" style="height:10.5rem"></div><div class="card skeleton" style="height:10.5rem"></div></div>
  <div class="form-foot later"><button class="button primary" type="submit" id="save" disabled>[[common.save]]</button></div>
</form>
<div class="later">
<div class="section-head"><h2>[[settings.test]]</h2></div>
<section class="card pad">
  <form class="filters" id="test" novalidate>
    <div class="field" style="flex:1 1 16rem;max-width:26rem"><label for="test-receiver">[[settings.test_receiver]]</label><input class="input" id="test-receiver" type="email" autocomplete="email" spellcheck="false" placeholder="[[settings.test_placeholder]]"></div>
    <button class="button" type="submit" id="test-send"><span class="fa-solid fa-paper-plane" aria-hidden="true"></span>[[settings.test_send]]</button>
  </form>
  <div id="test-answer" role="status" hidden style="margin-top:1rem"></div>
</section>
<div class="section-head"><h2>[[settings.outbox]]</h2><span class="note">[[settings.outbox_note]]</span></div>
<div class="toolbar">
  <select class="select" id="mail-state" aria-label="[[settings.mail_state]]">
    <option value="">[[settings.every_mail_state]]</option>
    <option value="waiting">[[mail.state.waiting]]</option>
    <option value="sent">[[mail.state.sent]]</option>
    <option value="failed">[[mail.state.failed]]</option>
  </select>
</div>
<section class="card" id="outbox"></section>
</div>
