using System.Text;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Fuzzing;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>A gateway between a client and a provider that both write bytes of their own making. Its answers are cached and its circuits never open.</summary>
public sealed class HostileGateway : IAsyncLifetime
{
    private const string Configuration = """
        "ImageUrlHosts": [ "localhost", "127.0.0.1", "pictures.example" ],
        "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "PROVIDER/v1", "ApiKey": "file:secrets/openai", "Circuit": { "MinimumThroughput": 10000 },
                                   "Models": [ "gpt-image-1", "gpt-image-1-mini", "gpt-image-2", "dall-e-2", "dall-e-3" ], "ImageHosts": [ "localhost", "127.0.0.1" ] } },
        "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "openai/gpt-image-1-mini" ] }, { "Name": "finals", "When": { "Tier": "final" }, "Targets": [ "openai/gpt-image-1" ] }, { "Name": "by-model" } ]
        """;

    private static readonly byte[] Json = Seed.Answer("picture").Body;
    private static readonly byte[] Events = Seed.Answer("stream").Body;

    private readonly WireProvider _provider = new(_ => []);

    private OwnGateway? _gateway;

    internal OwnGateway Gateway => _gateway!;

    internal WireProvider Provider => _provider;

    internal Uri Url => Gateway.Http.BaseAddress!;

    /// <summary>A small picture, as a provider answers it: events to a stream, else JSON.</summary>
    internal static byte[] Picture(WireRequest request) => Answer(request, request.Body.AsSpan().IndexOf("\"stream\":true"u8) >= 0 ? Events : Json);

    /// <summary>The head and the body of an answer.</summary>
    internal static byte[] Answer(WireRequest request, byte[] body, int status = 200, string more = "")
    {
        var type = body.AsSpan().StartsWith("{"u8) ? "application/json" : "text/event-stream";
        Assert.NotEmpty(request.Head);
        return [.. Encoding.Latin1.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{more}\r\n"), .. body];
    }

    /// <summary>A request of acme's, whole; the connection ends with its answer.</summary>
    internal static string Request(string target, string body, string method = "POST", string more = "", string key = Keys.Acme) =>
        $"{method} {target} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{more}\r\n{body}";

    /// <summary>Forgets what earlier tests did.</summary>
    internal void Begin()
    {
        Gateway.Enable();
        Provider.Answer = Picture;
        Provider.Arrivals.Clear();
    }

    public async Task InitializeAsync() => _gateway = await OwnGateway.StartAsync(Configuration.Replace("PROVIDER", _provider.Url, StringComparison.Ordinal), tenant: ", \"Cache\": { \"Ttl\": \"00:10:00\" }");

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _provider.DisposeAsync();
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class HostileCollection : ICollectionFixture<HostileGateway>
{
    public const string Name = "hostile";
}
