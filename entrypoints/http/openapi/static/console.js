// Starts the console (Swagger UI) for the document that the page names.

const element = document.getElementById("console")

SwaggerUIBundle({
  domNode: element,
  url: element.dataset.document,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout", // without the bar that loads documents from elsewhere
  validatorUrl: null,
  docExpansion: "none",
  deepLinking: true,
  tryItOutEnabled: true,
  filter: true,
  // The cookie of the pages is no token of the API, so it stays at home.
  requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
})
