using System.Globalization;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A model as OpenAI lists it. <see cref="ShutdownDate"/> is yyyy-MM-dd, or null if none is known.</summary>
internal sealed record ModelAnswer(string Id, long Created, string OwnedBy, string? ShutdownDate)
{
    public string Object { get; init; } = "model";
}

/// <summary>A list in OpenAI's format.</summary>
internal sealed record ListAnswer<T>(IReadOnlyList<T> Data)
{
    public string Object { get; init; } = "list";
}

/// <summary>The models a key may use: those that a target serves and its tenant allows, and the aliases.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in ApiPaths.Accounts)
        {
            app.MapGet($"{prefix}/models", (HttpContext http, GatewaySnapshot snapshot, TimeProvider time) => new ListAnswer<ModelAnswer>([.. Models(snapshot, http.Caller(), time.Today())]));
            app.MapGet($"{prefix}/models/{{**id}}", (HttpContext http, GatewaySnapshot snapshot, TimeProvider time, string id) =>
                Models(snapshot, http.Caller(), time.Today()).FirstOrDefault(model => model.Id == RouteText.Slashed(id))
                ?? throw new GatewayException(ErrorKind.ModelNotFound, $"The model '{GatewayException.Shortened(id)}' does not exist, or this key may not use it.", "model"));
        }
    }

    private static IEnumerable<ModelAnswer> Models(GatewaySnapshot snapshot, Caller caller, DateOnly today)
    {
        foreach (var alias in snapshot.Routing.AliasesOf(caller))
            yield return new ModelAnswer(alias, 0, "imagegateway", null);
        foreach (var model in snapshot.Routing.ModelsOf(caller, today))
        {
            // A model exists as long as one of its targets does.
            var targets = snapshot.Routing.Named(model.Name, deploymentFirst: false);
            var shutdown = targets.Any(target => target.Shutdown is null) ? null : targets.Max(target => target.Shutdown);
            var created = new DateTimeOffset(model.Released.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds();
            yield return new ModelAnswer(model.Name, created, model.OwnedBy, shutdown?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
    }
}
