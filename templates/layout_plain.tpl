{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="[[language]]">
<head>
<meta charset="utf-8">
<title>[[text:title.]] · silaware</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#090b0d">
<meta name="csrf-token" content="{{CSRF_TOKEN}}">
<link rel="preload" href="[[asset:vendor/inter/inter-latin.woff2]]" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="[[asset:css/app.css]]">
<link rel="stylesheet" href="[[asset:vendor/fontawesome/css/fontawesome.css]]">
<link rel="stylesheet" href="[[asset:vendor/fontawesome/css/solid.css]]">
<link rel="icon" href="[[asset:img/favicon.svg]]" type="image/svg+xml">
<script type="module" src="[[texts]]"></script>
<script type="module" src="[[asset:js/door.js]]"></script>
</head>
<body data-page="[[name]]">
<div class="door">
<div class="door-form">
  <a class="brand" href="/login"><img src="[[asset:img/logo.svg]]" alt="" width="26" height="26"><span>silaware</span></a>
  <main>
[[page]]
  </main>
  <footer>
    <span class="languages" role="group" aria-label="[[layout.language]]"><button type="button" data-language="en" lang="en">English</button><button type="button" data-language="id" lang="id">Indonesia</button></span>
    <span>silaware {{VERSION}}</span>
  </footer>
</div>
<div class="door-art" aria-hidden="true"><img src="[[asset:img/login.svg]]" alt="" width="1200" height="1000"></div>
</div>
</body>
</html>
