{{%AUTOESCAPE context="HTML"}}
<div>
  <h1>[[reset.heading]]</h1>
  <p class="lead">[[reset.lead]]</p>
</div>
{{#STALE}}
<div class="notice warn" role="alert"><span class="fa-solid fa-link-slash" aria-hidden="true"></span><div>[[reset.stale]]</div></div>
<p><a class="button" href="/login/forgot">[[reset.again]]</a></p>
{{/STALE}}
{{#FORM}}
{{#PROBLEM}}<div class="notice bad" role="alert"><span class="fa-solid fa-circle-exclamation" aria-hidden="true"></span><div>{{PROBLEM_TEXT}}</div></div>{{/PROBLEM}}
<form class="form" method="post" action="/login/reset" data-once>
  <input type="hidden" name="csrf_token" value="{{CSRF_TOKEN}}">
  <input type="hidden" name="token" value="{{TOKEN}}">
  <div class="field">
    <label for="password">[[reset.password]]</label>
    <div class="affix">
      <input class="input" id="password" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="1024" required autofocus>
      <button class="button quiet icon" type="button" data-reveal="password" aria-pressed="false" aria-label="[[login.show_password]]"><span class="fa-solid fa-eye" aria-hidden="true"></span></button>
    </div>
    <p class="hint">[[reset.hint]]</p>
  </div>
  <button class="button primary big wide" type="submit">[[reset.save]]</button>
</form>
{{/FORM}}
