// Who is looking at the page.
export const isAdmin = () => document.body.dataset.role === "admin";
export const username = () => document.body.dataset.username;
