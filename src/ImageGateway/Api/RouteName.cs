namespace ImageGateway.Api;

/// <summary>A name out of a path. Clients escape the slash of <c>provider/model</c>, which routing leaves as it came.</summary>
internal static class RouteName
{
    /// <summary>The name as it was meant.</summary>
    public static string? Of(string? value) => value?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
