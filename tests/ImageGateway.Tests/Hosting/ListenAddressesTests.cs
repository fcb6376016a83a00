using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Hosting;

/// <summary>Addresses at which a server cannot listen are found before it tries.</summary>
public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:http")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("http://localhost:0")]
    [InlineData("http://")]
    public void Address_that_is_none_is_a_mistake(string url)
    {
        Assert.Equal($"Urls: '{url}' is not an address to listen at, as in http://127.0.0.1:9090", Assert.Single(Check("Urls", url).Mistakes));
        Assert.Equal($"Kestrel:Endpoints:web:Url: '{url}' is not an address to listen at, as in http://127.0.0.1:9090", Assert.Single(Check("Kestrel:Endpoints:web:Url", url).Mistakes));
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("HTTP://*:8080; http://+:81/;http://[::1]:0")]
    [InlineData("http://localhost:5000;http://images.example.com")]
    [InlineData("http://unix:/run/gateway.sock")]
    [InlineData("")]
    public void Address_that_a_server_knows_is_none(string urls) => Assert.Empty(Check("urls", urls).Mistakes.Concat(Check("urls", urls).Warnings));

    [Theory]
    [InlineData("Urls:0", "http://127.0.0.1:1", "Urls: must be one text, with ';' between the addresses")]
    [InlineData("Urls", "http://me:secret@127.0.0.1:1", "Urls: is not an address to listen at, as in http://127.0.0.1:9090")]
    [InlineData("http_ports", "8080;web", "http_ports: 'http://*:web' is not an address to listen at, as in http://127.0.0.1:9090")]
    [InlineData("Kestrel:Endpoints:web:Protocols", "Http1", "Kestrel:Endpoints:web:Url: is required")]
    public void Other_mistake_is_reported_with_its_key(string key, string value, string mistake) => Assert.Equal(mistake, Assert.Single(Check(key, value).Mistakes));

    [Theory]
    [InlineData("Urls", "https://127.0.0.1:1", "", "Urls")]
    [InlineData("Kestrel:Endpoints:web:Url", "https://127.0.0.1:1", "", "Kestrel:Endpoints:web:Url")]
    [InlineData("Urls", "https://127.0.0.1:1", "Kestrel:Certificates:Default:Path", null)]
    [InlineData("Kestrel:Endpoints:web:Url", "https://127.0.0.1:1", "Kestrel:Endpoints:web:Certificate:Path", null)]
    public void Https_without_a_certificate_is_a_warning(string key, string value, string certificate, string? warned)
    {
        var (mistakes, warnings) = Check(key, value, (certificate, "cert.pfx"));
        Assert.Empty(mistakes);
        Assert.Equal(warned is null ? [] : [$"{warned}: https needs a certificate in Kestrel:Certificates:Default, unless this machine has ASP.NET Core's developer certificate"], warnings);
    }

    [Fact]
    public void Control_plane_with_https_and_no_certificate_is_warned_of() => Assert.StartsWith(
        "Gateway:Admin:Urls: https needs a certificate",
        Assert.Single(Configurations.Check("""{"Gateway":{"Providers":{"a":P},"Admin":{"Urls":"https://127.0.0.1:1"}}}""").Warnings), StringComparison.Ordinal);

    [Fact]
    public void Mistakes_of_addresses_come_with_all_others() => Assert.Equal(
        ["Urls", "Gateway:Limits:JsonBytes", "Gateway:Admin:Urls:0"],
        Configurations.Check("""{"Urls":"nonsense","Gateway":{"Providers":{"a":P},"Admin":{"Urls":["zzz"]},"Limits":{"JsonBytes":0}}}""").Mistakes.Select(mistake => mistake.Split(": ")[0]));

    private static (List<string> Mistakes, List<string> Warnings) Check(string key, string value, params (string Key, string Value)[] more)
    {
        var (mistakes, warnings) = (new List<string>(), new List<string>());
        var values = more.Append((Key: key, Value: value)).Where(entry => entry.Key.Length > 0).Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value));
        ListenAddresses.Check(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), mistakes, warnings);
        return (mistakes, warnings);
    }
}
