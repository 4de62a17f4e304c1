{{%AUTOESCAPE context="HTML"}}
<p style="margin:0 0 12px">[[mail.digest.text]]</p>
{{#ALERT}}
<div style="padding:10px 0;border-top:1px solid #e8ecef"><strong>{{KIND}}{{#WITH_PLACE}}: {{PLACE}}{{/WITH_PLACE}}</strong><br>{{MESSAGE}}{{#WITH_VALUE}}<br>[[mail.value]]: {{VALUE}}{{/WITH_VALUE}}{{#WITH_LIMIT}}, [[mail.limit]]: {{LIMIT}}{{/WITH_LIMIT}}<br><span style="color:#5b6670;font-size:13px">{{RAISED_AT}}</span></div>
{{/ALERT}}
{{#WITH_FURTHER}}<p style="margin:0;padding:10px 0;border-top:1px solid #e8ecef">[[mail.digest.further]]</p>
{{/WITH_FURTHER}}{{#WITH_LINK}}<p style="margin:20px 0 0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.open]]</a></p>{{/WITH_LINK}}
<p style="margin:20px 0 0;color:#5b6670;font-size:13px">[[mail.why]]</p>
