{{%AUTOESCAPE context="HTML"}}
<p style="margin:0 0 12px">[[mail.maintenance.text]]</p>
<table role="presentation" cellpadding="0" cellspacing="0" style="margin-top:8px">
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.device]]</td><td style="padding:6px 0;font-weight:bold">{{DEVICE}}</td></tr>
{{#WITH_LOCATION}}<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.location]]</td><td style="padding:6px 0;font-weight:bold">{{LOCATION}}</td></tr>{{/WITH_LOCATION}}
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.maintenance.total]]</td><td style="padding:6px 0;font-weight:bold">{{TOTAL}} [[unit.hours]]</td></tr>
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.maintenance.passed]]</td><td style="padding:6px 0;font-weight:bold">{{PASSED}} [[unit.hours]]</td></tr>
<tr><td style="padding:6px 16px 6px 0;color:#5b6670">[[mail.maintenance.interval]]</td><td style="padding:6px 0;font-weight:bold">{{INTERVAL}} [[unit.hours]]</td></tr>
</table>
{{#WITH_LINK}}<p style="margin:20px 0 0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.open]]</a></p>{{/WITH_LINK}}
<p style="margin:20px 0 0;color:#5b6670;font-size:13px">[[mail.why]]</p>
