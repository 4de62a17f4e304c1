{{%AUTOESCAPE context="HTML"}}
<p style="margin:0 0 12px">[[mail.climate.text]]{{#REMINDER}} [[mail.climate.reminder]]{{/REMINDER}}</p>
<table role="presentation" cellpadding="0" cellspacing="0" style="margin-top:8px">
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.device]]</td><td style="padding:6px 0;font-weight:bold">{{DEVICE}}</td></tr>
{{#WITH_LOCATION}}<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.location]]</td><td style="padding:6px 0;font-weight:bold">{{LOCATION}}</td></tr>{{/WITH_LOCATION}}
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.value]]</td><td style="padding:6px 0;font-weight:bold">{{VALUE}}</td></tr>
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.limit]]</td><td style="padding:6px 0;font-weight:bold">{{LIMIT}}</td></tr>
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.observed]]</td><td style="padding:6px 0;font-weight:bold">{{OBSERVED_AT}}</td></tr>
</table>
<p style="margin:12px 0 0;color:#5b6670">[[mail.climate.next]]</p>
{{#WITH_LINK}}<p style="margin:20px 0 0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.open]]</a></p>{{/WITH_LINK}}
<p style="margin:20px 0 0;color:#5b6670;font-size:13px">[[mail.why]]</p>
