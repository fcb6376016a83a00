using System.Text.Json.Nodes;
using ImageGateway.Simulator.Answers;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Profiles;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>The routes of OpenAI, of Azure and of OpenAI-compatible providers.</summary>
internal static class ProviderEndpoints
{
    private static readonly DateTimeOffset Released = new(2025, 4, 23, 0, 0, 0, TimeSpan.Zero);

    public static void MapOpenAI(this IEndpointRouteBuilder routes, ImageCalls calls)
    {
        routes.MapPost("/v1/images/generations", calls.Handle(Surface.OpenAI, ImageOperation.Generation));
        routes.MapPost("/v1/images/edits", calls.Handle(Surface.OpenAI, ImageOperation.Edit));
        routes.MapPost("/v1/images/variations", calls.Handle(Surface.OpenAI, ImageOperation.Variation));
        routes.MapGet("/v1/models", http => AnswerAsync(http, ListModels));
        routes.MapGet("/v1/models/{id}", http => AnswerAsync(http, () => FindModel((string)http.Request.RouteValues["id"]!)));
        routes.MapFallback(http => AnswerAsync(http, () => throw ProviderErrors.UnknownUrl(http.Request.Method, http.Request.Path)));
    }

    /// <summary>OpenAI-compatible providers, each under its own path.</summary>
    public static void MapProfiles(this IEndpointRouteBuilder routes, ImageCalls calls)
    {
        foreach (var (name, profile) in Profile.All)
        {
            foreach (var operation in profile.Operations)
                routes.MapPost($"/profiles/{name}/v1/images/{(operation == ImageOperation.Edit ? "edits" : "generations")}", calls.Handle(Surface.OpenAI, operation, profile));
        }
    }

    public static void MapAzure(this IEndpointRouteBuilder routes, ImageCalls calls)
    {
        routes.MapPost("/openai/deployments/{deployment}/images/generations", calls.Handle(Surface.AzureDeployment, ImageOperation.Generation));
        routes.MapPost("/openai/deployments/{deployment}/images/edits", calls.Handle(Surface.AzureDeployment, ImageOperation.Edit));
        routes.MapPost("/openai/v1/images/generations", calls.Handle(Surface.AzureV1, ImageOperation.Generation));
        routes.MapPost("/openai/v1/images/edits", calls.Handle(Surface.AzureV1, ImageOperation.Edit));
        routes.MapFallback("/openai/{*path}", http =>
        {
            var notFound = AzureErrors.NotFound();
            http.Response.StatusCode = notFound.Status;
            return http.Response.WriteAsJsonAsync(notFound.Body, SimulatorJson.Default.JsonObject);
        });
    }

    /// <summary>Images returned as URLs need no key, like the real ones: the URL is the secret.</summary>
    public static void MapFiles(this IEndpointRouteBuilder routes, PictureStore pictures) =>
        routes.MapGet("/files/{id}.png", (string id) =>
            pictures.Find(id) is { } png ? Results.Bytes(png, "image/png") : Results.NotFound());

    private static async Task AnswerAsync(HttpContext http, Func<JsonObject> body)
    {
        ResponseHeaders.Add(http.Response, Surface.OpenAI);
        try
        {
            var (auth, key) = Credentials.Read(http.Request);
            Credentials.Check(Surface.OpenAI, auth, key);
            await http.Response.WriteAsJsonAsync(body(), SimulatorJson.Default.JsonObject);
        }
        catch (ProviderException error)
        {
            http.Response.StatusCode = error.Status;
            await http.Response.WriteAsJsonAsync(error.Body, SimulatorJson.Default.JsonObject);
        }
    }

    private static JsonObject ListModels() => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. SimulatedModels.All.Keys.Order(StringComparer.Ordinal).Select(Describe)]),
    };

    private static JsonObject FindModel(string id) =>
        SimulatedModels.All.ContainsKey(id) ? Describe(id) : throw ProviderErrors.ModelNotFound(id);

    private static JsonObject Describe(string id) => new()
    {
        ["id"] = id,
        ["object"] = "model",
        ["created"] = Released.ToUnixTimeSeconds(),
        ["owned_by"] = "system",
    };
}
