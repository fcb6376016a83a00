namespace ImageGateway.Configuration;

/// <summary>A host in the configuration with which hosts of URLs are compared.</summary>
internal static class HostName
{
    /// <summary>Reports what is not a host alone, in the form in which URLs have it: it would match nothing.</summary>
    public static void Check(IReadOnlyList<string> hosts, Mistakes here)
    {
        for (var i = 0; i < hosts.Count; i++)
            here.Unless(Is(hosts[i]), $"{i}", $"{Mistakes.Shown(hosts[i])}is not a host such as images.example.com, without scheme, port, path and wildcard");
    }

    private static bool Is(string text) =>
        Uri.CheckHostName(text) is not (UriHostNameType.Unknown or UriHostNameType.Basic) && new UriBuilder("https", text).Uri.IdnHost.Equals(text, StringComparison.OrdinalIgnoreCase);
}
