{{%AUTOESCAPE context="HTML"}}
<p style="margin:0 0 16px">[[mail.password_reset.text]]</p>
<p style="margin:0"><a href="{{LINK}}" style="background-color:#00624d;color:#ffffff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:bold">[[mail.password_reset.button]]</a></p>
<p style="margin:20px 0 0;color:#5b6670;font-size:13px">[[mail.password_reset.ignore]]</p>
