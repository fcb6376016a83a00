using System.Net;
using ImageGateway.Configuration;

namespace ImageGateway.Hosting;

/// <summary>
/// The addresses to listen at, read before the web server does: it stops at its first mistake, with a stack trace, and reads a
/// port that is not a number as port 80 of every address.
/// </summary>
internal static class ListenAddresses
{
    /// <summary>The part of the configuration whose endpoints take precedence over <c>Urls</c>.</summary>
    public const string Endpoints = "Kestrel:Endpoints";

    /// <summary>Checks the data plane's addresses.</summary>
    public static void Check(IConfiguration configuration, List<string> all, ICollection<string> warnings)
    {
        var (urls, here) = (configuration.GetSection(WebHostDefaults.ServerUrlsKey), new Mistakes(all, warnings, "Urls"));
        if (urls.GetChildren().Any())
            here.AddHere("must be one text, with ';' between the addresses");
        WarnOfHttps(configuration, Read(urls.Value ?? "", here), here);
        if (string.IsNullOrEmpty(urls.Value))
            CheckPorts(configuration, all, warnings);
        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren())
            CheckEndpoint(configuration, endpoint, new Mistakes(all, warnings, $"{endpoint.Path}:Url"));
    }

    /// <summary>The addresses in a text, with <c>;</c> between them; reports mistakes.</summary>
    public static List<BindingAddress> Read(string text, Mistakes here)
    {
        var addresses = new List<BindingAddress>();
        foreach (var url in Split(text))
        {
            if (Parse(url, here) is { } address)
                addresses.Add(address);
        }
        return addresses;
    }

    /// <summary>Warns of https addresses without a certificate, unless the server finds a developer's.</summary>
    public static void WarnOfHttps(IConfiguration configuration, IEnumerable<BindingAddress> addresses, Mistakes here)
    {
        if (addresses.Any(IsHttps) && !configuration.GetSection("Kestrel:Certificates:Default").Exists())
            here.WarnHere("https needs a certificate in Kestrel:Certificates:Default, unless this machine has ASP.NET Core's developer certificate");
    }

    private static void CheckEndpoint(IConfiguration configuration, IConfigurationSection endpoint, Mistakes here)
    {
        if (string.IsNullOrEmpty(endpoint["Url"]))
            here.AddHere("is required");
        else if (Parse(endpoint["Url"]!, here) is { } address && !endpoint.GetSection("Certificate").Exists() && !endpoint.GetSection("Sni").Exists())
            WarnOfHttps(configuration, [address], here);
    }

    private static void CheckPorts(IConfiguration configuration, List<string> all, ICollection<string> warnings)
    {
        foreach (var (key, scheme) in (ReadOnlySpan<(string, string)>)[(WebHostDefaults.HttpPortsKey, "http"), (WebHostDefaults.HttpsPortsKey, "https")])
        {
            var here = new Mistakes(all, warnings, key);
            WarnOfHttps(configuration, Read(string.Join(';', Split(configuration[key] ?? "").Select(port => $"{scheme}://*:{port}")), here), here);
        }
    }

    private static BindingAddress? Parse(string url, Mistakes here)
    {
        try
        {
            if (BindingAddress.Parse(url) is { PathBase: "", Port: >= 0 and <= IPEndPoint.MaxPort } address && CanListen(address))
                return address;
        }
        catch (FormatException)
        {
            // Told below.
        }
        here.AddHere($"{Mistakes.Shown(url)}is not an address to listen at, as in http://127.0.0.1:9090");
        return null;
    }

    // A port that is not a number is left in the host; a free port is chosen for one address, and localhost has two.
    private static bool CanListen(BindingAddress address) =>
        (IsHttps(address) || address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        && (address.IsUnixPipe || address.IsNamedPipe || address.Host is "*" or "+" || Uri.CheckHostName(address.Host) != UriHostNameType.Unknown)
        && !(address.Port == 0 && address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase));

    private static bool IsHttps(BindingAddress address) => address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    private static string[] Split(string urls) => urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
