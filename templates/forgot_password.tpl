{{%AUTOESCAPE context="HTML"}}
<div>
  <h1>[[forgot.heading]]</h1>
  <p class="lead">[[forgot.lead]]</p>
</div>
{{#SENT}}<div class="notice ok" role="status"><span class="fa-solid fa-paper-plane" aria-hidden="true"></span><div>[[forgot.sent]]</div></div>{{/SENT}}
{{#ASK}}
<form class="form" method="post" action="/login/forgot" data-once>
  <input type="hidden" name="csrf_token" value="{{CSRF_TOKEN}}">
  <div class="field">
    <label for="email">[[forgot.email]]</label>
    <input class="input" id="email" name="email" type="email" autocomplete="email" maxlength="254" required autofocus>
  </div>
  <button class="button primary big wide" type="submit">[[forgot.send]]</button>
</form>
{{/ASK}}
<p class="small"><a href="/login">[[forgot.to_login]]</a></p>
