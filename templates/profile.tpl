{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div><h1>[[title.profile]]</h1><p>[[profile.lead]]</p></div></header>
<div class="grid two">
<section class="card pad stack">
  <h2>[[profile.account]]</h2>
  <dl class="facts" style="grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))">
    <div><dt>[[accounts.username]]</dt><dd>{{USERNAME}}</dd></div>
    <div><dt>[[accounts.email]]</dt><dd>{{EMAIL}}</dd></div>
    <div><dt>[[accounts.role]]</dt><dd>{{#ADMIN}}[[role.admin]]{{/ADMIN}}{{#VIEWER}}[[role.user]]{{/VIEWER}}</dd></div>
    {{#LAST_LOGIN}}<div><dt>[[profile.last_login]]</dt><dd><time id="last-login" datetime="{{LAST_LOGIN_AT}}">{{LAST_LOGIN_AT}}</time><span class="tiny faint" style="display:block">{{LAST_LOGIN_FROM}}</span></dd></div>{{/LAST_LOGIN}}
  </dl>
  <fieldset style="border:0;padding:0;display:grid;gap:.5rem">
    <legend class="small muted" style="padding:0 0 .375rem;font-weight:550">[[layout.language]]</legend>
    <label class="check"><input type="radio" name="language" value="en">English</label>
    <label class="check"><input type="radio" name="language" value="id">Bahasa Indonesia</label>
  </fieldset>
</section>
<section class="card pad stack">
  <div><h2>[[profile.password]]</h2><p class="small muted">[[profile.password_text]]</p></div>
  <form class="form" id="password-form" novalidate>
    <input type="text" name="username" value="{{USERNAME}}" autocomplete="username" hidden>
    <div class="field"><label for="current">[[profile.current]]</label><input class="input" id="current" name="current" type="password" autocomplete="current-password" aria-describedby="current-problem"><p class="problem" id="current-problem"></p></div>
    <div class="field"><label for="new">[[reset.password]]</label><input class="input" id="new" name="new" type="password" autocomplete="new-password" aria-describedby="new-hint new-problem"><p class="hint" id="new-hint">[[reset.hint]]</p><p class="problem" id="new-problem"></p></div>
    <div class="field"><label for="again">[[profile.again]]</label><input class="input" id="again" name="again" type="password" autocomplete="new-password" aria-describedby="again-problem"><p class="problem" id="again-problem"></p></div>
    <div class="form-foot"><button class="button primary" type="submit" id="password-save">[[reset.save]]</button></div>
  </form>
</section>
</div>
<div class="section-head"><h2>[[profile.tokens]]</h2><span class="note">[[profile.tokens_note]]</span><button class="button" style="margin-left:auto" type="button" id="new-token"><span class="fa-solid fa-plus" aria-hidden="true"></span>[[profile.new_token]]</button></div>
<section class="card" id="tokens"><div class="skeleton" style="height:6rem"></div></section>
