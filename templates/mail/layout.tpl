{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="[[language]]">
<head><meta charset="utf-8"><title>{{SUBJECT}}</title></head>
<body style="margin:0;padding:24px 12px;background-color:#eef1f3;font-family:Helvetica,Arial,sans-serif;color:#15191d;font-size:15px;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;background-color:#ffffff;border-radius:12px;border:1px solid #dde3e7">
<tr><td style="padding:20px 28px;border-bottom:1px solid #e8ecef;font-weight:bold;color:#00624d">silaware</td></tr>
<tr><td style="padding:24px 28px">
<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">{{SUBJECT}}</h1>
[[page]]
</td></tr>
<tr><td style="padding:16px 28px;border-top:1px solid #e8ecef;color:#5b6670;font-size:12px">[[mail.site_time]]: {{SITE_TIME}}</td></tr>
</table></td></tr></table>
</body>
</html>
