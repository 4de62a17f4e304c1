{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="[[language]]">
<head>
<meta charset="utf-8">
<title>{{#HEADED}}{{HEADING}} · {{/HEADED}}[[text:title.]] · silaware</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#090b0d">
<meta name="csrf-token" content="{{CSRF_TOKEN}}">
<link rel="preload" href="[[asset:vendor/inter/inter-latin.woff2]]" as="font" type="font/woff2" crossorigin>
<link rel="preload" href="[[asset:vendor/fontawesome/webfonts/fa-solid-900.woff2]]" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="[[asset:css/app.css]]">
<link rel="stylesheet" href="[[asset:vendor/fontawesome/css/fontawesome.css]]">
<link rel="stylesheet" href="[[asset:vendor/fontawesome/css/solid.css]]">
<link rel="icon" href="[[asset:img/favicon.svg]]" type="image/svg+xml">
<link rel="modulepreload" href="[[texts]]">
[[preload:]]
<style type="text/tailwindcss">
@layer vendor, theme, app, utilities;
@theme inline {
  --color-surface: var(--surface);
  --color-raised: var(--surface-2);
  --color-line: var(--line);
  --color-body: var(--text);
  --color-muted: var(--text-2);
  --color-faint: var(--text-3);
  --color-accent: var(--accent);
  --color-ok: var(--ok);
  --color-warn: var(--warn);
  --color-bad: var(--bad);
}
/* Down here, because browsers fetch ahead an import that stands first, whatever type the style has. */
@import "tailwindcss/theme.css" layer(theme);
@import "tailwindcss/utilities.css" layer(utilities);
</style>
<script src="[[asset:vendor/tailwind.js]]" defer></script>
<script type="module" src="[[texts]]"></script>
<script type="module" src="[[module:]]"></script>
</head>
<body data-page="[[name]]" data-role="{{ROLE}}" data-username="{{USERNAME}}" data-timezone="{{TIMEZONE}}" data-currency="{{CURRENCY}}" data-broker-host="{{BROKER_HOST}}" data-broker-options="{{BROKER_OPTIONS}}" data-topic-power="{{POWER_TOPIC}}" data-topic-utils="{{UTILS_TOPIC}}" data-topic-climate="{{CLIMATE_TOPIC}}">
<a class="skip" href="#main">[[layout.skip]]</a>
<div class="app">
<div class="rail" id="rail">
  <a class="brand" href="/login/summary"><img src="[[asset:img/logo.svg]]" alt="" width="26" height="26"><span>silaware</span></a>
  <nav aria-label="[[layout.navigation]]">
    <ul>
      <li><a href="/login/summary" title="[[title.summary]]" [[current:summary]] [[current:power_monitoring]]><span class="fa-solid fa-bolt" aria-hidden="true"></span><span>[[title.summary]]</span></a></li>
      <li><a href="/login/utilities" title="[[title.utilities]]" [[current:utilities]]><span class="fa-solid fa-gears" aria-hidden="true"></span><span>[[title.utilities]]</span></a></li>
      <li><a href="/login/climate" title="[[title.climate]]" [[current:climate]]><span class="fa-solid fa-temperature-half" aria-hidden="true"></span><span>[[title.climate]]</span></a></li>
      <li><a href="/login/alerts" title="[[title.alerts]]" [[current:alerts]]><span class="fa-solid fa-bell" aria-hidden="true"></span><span>[[title.alerts]]</span><span class="count" data-alert-count></span></a></li>
    </ul>
    <h2><span>[[nav.reports]]</span></h2>
    <ul>
      <li><a href="/login/report/energy" title="[[title.energy_report]]" [[current:energy_report]]><span class="fa-solid fa-chart-column" aria-hidden="true"></span><span>[[title.energy_report]]</span></a></li>
      <li><a href="/login/report" title="[[title.report]]" [[current:report]]><span class="fa-solid fa-clock-rotate-left" aria-hidden="true"></span><span>[[title.report]]</span></a></li>
    </ul>
    <h2><span>[[nav.manage]]</span></h2>
    <ul>
      <li><a href="/login/devices" title="[[title.devices]]" [[current:devices]]><span class="fa-solid fa-microchip" aria-hidden="true"></span><span>[[title.devices]]</span></a></li>
      {{#ADMIN}}
      <li><a href="/login/accounts" title="[[title.accounts]]" [[current:accounts]]><span class="fa-solid fa-users" aria-hidden="true"></span><span>[[title.accounts]]</span></a></li>
      <li><a href="/login/settings" title="[[title.settings]]" [[current:settings]]><span class="fa-solid fa-sliders" aria-hidden="true"></span><span>[[title.settings]]</span></a></li>
      <li><a href="/login/quarantine" title="[[title.quarantine]]" [[current:quarantine]]><span class="fa-solid fa-shield-halved" aria-hidden="true"></span><span>[[title.quarantine]]</span></a></li>
      <li><a href="/login/audit" title="[[title.audit]]" [[current:audit]]><span class="fa-solid fa-list-check" aria-hidden="true"></span><span>[[title.audit]]</span></a></li>
      {{/ADMIN}}
      <li><a href="/login/api" title="[[title.api]]" [[current:api]]><span class="fa-solid fa-code" aria-hidden="true"></span><span>[[title.api]]</span></a></li>
    </ul>
  </nav>
  <div class="rail-foot">
    <div class="who">
      <a href="/login/profile" title="[[title.profile]]" [[current:profile]]><span class="avatar"><span class="fa-solid fa-user" aria-hidden="true"></span></span><span><span class="truncate">{{USERNAME}}</span><span class="tiny faint">{{#ADMIN}}[[role.admin]]{{/ADMIN}}{{#VIEWER}}[[role.user]]{{/VIEWER}}</span></span></a>
      <form method="post" action="/logout" data-logout>
        <input type="hidden" name="csrf_token" value="{{CSRF_TOKEN}}">
        <button class="button quiet icon" type="submit" title="[[layout.sign_out]]"><span class="fa-solid fa-right-from-bracket" aria-hidden="true"></span><span class="visually-hidden">[[layout.sign_out]]</span></button>
      </form>
    </div>
    <div class="rail-small">
      <span class="languages" role="group" aria-label="[[layout.language]]"><button type="button" data-language="en" lang="en">EN</button><button type="button" data-language="id" lang="id">ID</button></span>
      <span>silaware {{VERSION}}</span>
    </div>
  </div>
</div>
<button class="scrim" type="button" data-nav-close tabindex="-1" aria-label="[[layout.close_menu]]"></button>
<main class="page" id="main" tabindex="-1">
[[page]]
<p class="site-time wall-hide">[[layout.site_time]] {{SITE_TIME}}</p>
</main>
</div>
<nav class="tabbar" aria-label="[[layout.quick_navigation]]">
  <a href="/login/summary" [[current:summary]] [[current:power_monitoring]]><span class="fa-solid fa-bolt" aria-hidden="true"></span>[[nav.summary_short]]</a>
  <a href="/login/utilities" [[current:utilities]]><span class="fa-solid fa-gears" aria-hidden="true"></span>[[nav.utilities_short]]</a>
  <a href="/login/climate" [[current:climate]]><span class="fa-solid fa-temperature-half" aria-hidden="true"></span>[[nav.climate_short]]</a>
  <a href="/login/alerts" [[current:alerts]]><span class="fa-solid fa-bell" aria-hidden="true"></span>[[nav.alerts_short]]<span class="count" data-alert-count></span></a>
  <button type="button" data-nav-open aria-controls="rail" aria-expanded="false"><span class="fa-solid fa-bars" aria-hidden="true"></span>[[nav.more]]</button>
</nav>
<noscript><div class="toasts"><div class="toast bad"><div>[[layout.no_script]]</div></div></div></noscript>
</body>
</html>
