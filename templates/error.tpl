{{%AUTOESCAPE context="HTML"}}
<div class="stack">
  <p class="status">{{STATUS}}</p>
  <h1>{{HEADLINE}}</h1>
  <p class="muted">{{EXPLANATION}}</p>
  {{#MESSAGE}}<div class="notice"><span class="fa-solid fa-circle-info" aria-hidden="true"></span><div>{{MESSAGE_TEXT}}</div></div>{{/MESSAGE}}
  <div class="form-foot" style="justify-content:flex-start">
    {{#RETRY}}<button class="button primary" type="button" data-retry><span class="fa-solid fa-rotate-right" aria-hidden="true"></span>[[common.retry]]</button>{{/RETRY}}
    {{#SIGNED_IN}}<a class="button" href="/login/summary">[[error.to_summary]]</a>{{/SIGNED_IN}}
    <button class="button quiet" type="button" data-back>[[error.back]]</button>
  </div>
</div>
