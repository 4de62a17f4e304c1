{{%AUTOESCAPE context="HTML"}}
<p style="margin:0">[[mail.test.text]]</p>
{{#WITH_LINK}}<p style="margin:20px 0 0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.open]]</a></p>{{/WITH_LINK}}
