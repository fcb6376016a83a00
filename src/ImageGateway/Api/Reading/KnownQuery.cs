using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>The query parameters that an endpoint reads, arrays also as <c>name[]</c>; with any other it refuses the request.</summary>
internal sealed record KnownQuery(IReadOnlyList<string> Names)
{
    // Where a list goes on: with an empty one it begins.
    private static readonly string[] Positions = ["cursor", "page"];

    /// <summary>No parameters.</summary>
    public static KnownQuery None { get; } = new([]);

    /// <summary>Refuses an unknown parameter, which may be a misspelt filter, and one without a value: without its filter a report would show everything.</summary>
    /// <exception cref="GatewayException">There is one.</exception>
    public void Check(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            var (shown, word) = (GatewayException.Shortened(name), name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name);
            if (!Names.Contains(word, StringComparer.OrdinalIgnoreCase))
                throw new GatewayException(ErrorKind.UnknownParameter, $"Unknown parameter '{shown}'. Allowed: {string.Join(", ", Names.DefaultIfEmpty("none"))}.", shown);
            if (values.Any(string.IsNullOrEmpty) && !Positions.Contains(word))
                throw GatewayException.Invalid(shown, "", "a value; leave the parameter out for none");
        }
    }
}

/// <summary>Declares the query parameters of endpoints and checks them.</summary>
internal static class KnownQueries
{
    /// <summary>The only query parameters that the endpoint reads.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder endpoint, params IReadOnlyList<string> names) => endpoint.WithMetadata(new KnownQuery(names));

    /// <summary>Checks the query of every endpoint that declares one.</summary>
    public static void UseKnownQueries(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        http.GetEndpoint()?.Metadata.GetMetadata<KnownQuery>()?.Check(http.Request.Query);
        return next(http);
    });
}
