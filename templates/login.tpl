{{%AUTOESCAPE context="HTML"}}
<div>
  <h1>[[login.heading]]</h1>
  <p class="lead">[[login.lead]]</p>
</div>
{{#PASSWORD_RESET}}<div class="notice ok" role="status"><span class="fa-solid fa-check" aria-hidden="true"></span><div>[[login.password_reset]]</div></div>{{/PASSWORD_RESET}}
{{#WRONG}}<div class="notice bad" role="alert" id="login-problem"><span class="fa-solid fa-circle-exclamation" aria-hidden="true"></span><div>[[login.wrong]]</div></div>{{/WRONG}}
{{#TOO_MANY}}<div class="notice bad" role="alert"><span class="fa-solid fa-hourglass-half" aria-hidden="true"></span><div>[[login.too_many]]</div></div>{{/TOO_MANY}}
{{#BUSY}}<div class="notice warn" role="alert"><span class="fa-solid fa-hourglass-half" aria-hidden="true"></span><div>[[login.busy]]</div></div>{{/BUSY}}
{{#EXPIRED}}<div class="notice warn" role="alert"><span class="fa-solid fa-rotate" aria-hidden="true"></span><div>[[login.expired]]</div></div>{{/EXPIRED}}
{{#ENDED}}<div class="notice warn" role="status"><span class="fa-solid fa-hourglass-end" aria-hidden="true"></span><div>[[login.ended]]</div></div>{{/ENDED}}
{{#NO_COOKIE}}<div class="notice bad" role="alert"><span class="fa-solid fa-cookie-bite" aria-hidden="true"></span><div>[[login.no_cookie]]</div></div>{{/NO_COOKIE}}
{{#COOKIE_AT_RISK}}<div class="notice warn"><span class="fa-solid fa-lock-open" aria-hidden="true"></span><div>[[login.cookie_at_risk]] <code>SESSION_COOKIE_SECURE=false</code></div></div>{{/COOKIE_AT_RISK}}
<form class="form" method="post" action="/login" data-once>
  <input type="hidden" name="csrf_token" value="{{CSRF_TOKEN}}">
  <input type="hidden" name="next" value="{{NEXT}}">
  <div class="field">
    <label for="username">[[login.username]]</label>
    <input class="input" id="username" name="username" value="{{ENTERED_NAME}}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus>
  </div>
  <div class="field">
    <label for="password">[[login.password]]</label>
    <div class="affix">
      <input class="input" id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required>
      <button class="button quiet icon" type="button" data-reveal="password" aria-pressed="false" aria-label="[[login.show_password]]"><span class="fa-solid fa-eye" aria-hidden="true"></span></button>
    </div>
    <p class="hint" data-caps hidden>[[login.caps_lock]]</p>
  </div>
  <button class="button primary big wide" type="submit">[[login.sign_in]]</button>
  {{#MAIL}}<p class="small"><a href="/login/forgot">[[login.forgot]]</a></p>{{/MAIL}}
</form>
