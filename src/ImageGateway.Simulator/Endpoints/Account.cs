namespace ImageGateway.Simulator.Endpoints;

/// <summary>The optional <c>/accounts/{name}</c> before any path, which makes one simulator several independent accounts.</summary>
internal static class Account
{
    private const string Default = "default";
    private static readonly PathString Prefix = "/accounts";

    /// <summary>Moves the prefix into the path base, so that every route and every address built from it works with it.</summary>
    public static void Strip(HttpRequest request)
    {
        if (!request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal, out var rest) || rest.Value is not { Length: > 1 } value)
            return;
        var end = value.IndexOf('/', 1);
        var name = end < 0 ? value : value[..end];
        request.PathBase += Prefix + name;
        request.Path = end < 0 ? "/" : value[end..];
    }

    public static string Of(HttpRequest request) =>
        request.PathBase.StartsWithSegments(Prefix, StringComparison.Ordinal, out var name) ? name.Value!.TrimStart('/') : Default;
}
