"""The page on which a user of the Temporal UI logs in to the codec server."""

LOGIN = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sandan codec server</title>
<body style="font-family: system-ui; max-width: 32rem; margin: 4rem auto">
<h1>Codec server</h1>
<p>Log in, then turn on <b>Include cross-origin credentials</b> in the Temporal UI (the glasses at the top).</p>
<form method="post" action="/login">
<label>Token <input type="password" name="token" autocomplete="off" autofocus size="48"></label>
<button>Log in</button>
</form>
<p>{told}</p>
</body></html>
"""
