{{%AUTOESCAPE context="HTML"}}
<p style="margin:0 0 12px">{{MESSAGE}}</p>
<table role="presentation" cellpadding="0" cellspacing="0" style="margin-top:8px">
{{#WITH_PLACE}}<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.device]]</td><td style="padding:6px 0;font-weight:bold">{{PLACE}}</td></tr>{{/WITH_PLACE}}
{{#WITH_VALUE}}<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.value]]</td><td style="padding:6px 0;font-weight:bold">{{VALUE}}</td></tr>{{/WITH_VALUE}}
{{#WITH_LIMIT}}<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.limit]]</td><td style="padding:6px 0;font-weight:bold">{{LIMIT}}</td></tr>{{/WITH_LIMIT}}
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.raised]]</td><td style="padding:6px 0;font-weight:bold">{{RAISED_AT}}</td></tr>
</table>
{{#WITH_LINK}}<p style="margin:20px 0 0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.open]]</a></p>{{/WITH_LINK}}
<p style="margin:20px 0 0;color:#5b6670;font-size:13px">[[mail.why]]</p>
