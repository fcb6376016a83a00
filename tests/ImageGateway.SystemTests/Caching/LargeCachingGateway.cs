using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ImageGateway.SystemTests.Hostile;

namespace ImageGateway.SystemTests.Caching;

/// <summary>A gateway whose provider answers, when it is let go, with a picture larger than the sockets and pipes between take of what nobody reads.</summary>
public class LargeCachingGateway : CachingGateway
{
    private const string Usage = """{"input_tokens":2,"input_tokens_details":{"image_tokens":0,"text_tokens":2},"output_tokens":272,"total_tokens":274}""";

    private static readonly string Picture = Convert.ToBase64String(RandomNumberGenerator.GetBytes(12_000_000));
    private static readonly byte[] Json = Encoding.ASCII.GetBytes($$"""{"created":1,"data":[{"b64_json":"{{Picture}}"}],"usage":{{Usage}}}""");
    private static readonly byte[] Events = Encoding.ASCII.GetBytes(
        $$"""event: image_generation.completed{{"\n"}}data: {"type":"image_generation.completed","b64_json":"{{Picture}}","usage":{{Usage}}}{{"\n\n"}}""");

    private readonly ManualResetEventSlim _isLetGo = new();
    private readonly WireProvider _provider;

    public LargeCachingGateway() => _provider = new WireProvider(request =>
    {
        _isLetGo.Wait();
        return HostileGateway.Answer(request, request.Body.AsSpan().IndexOf("\"stream\":true"u8) >= 0 ? Events : Json);
    });

    /// <summary>Calls that reached the provider.</summary>
    public int Arrivals => _provider.Arrivals.Count;

    private protected override string Redis => "";

    private protected override string Upstream => _provider.Url;

    private protected override SocketsHttpHandler Connections
    {
        get
        {
            var connections = base.Connections;
            connections.ConnectCallback = ConnectAsync;
            return connections;
        }
    }

    /// <summary>The provider answers from now on.</summary>
    public void LetGo() => _isLetGo.Set();

    /// <summary>The provider does not answer yet; calls of earlier tests are forgotten.</summary>
    public void Begin()
    {
        _isLetGo.Reset();
        _provider.Arrivals.Clear();
    }

    /// <summary>What the provider sends.</summary>
    public static byte[] Body(bool stream) => stream ? Events : Json;

    // A receive buffer that is left to the system may grow to more than the picture.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public override void Dispose()
    {
        base.Dispose();
        _isLetGo.Set();
        _provider.DisposeAsync().AsTask().Wait();
        _isLetGo.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>With less memory for recordings than the picture takes.</summary>
public sealed class ScantCachingGateway : LargeCachingGateway
{
    private protected override string More => "\"Replay\": { \"RecordingBytes\": 2000000 },";
}

/// <summary>With clients that must read a megabyte each second.</summary>
public sealed class HastyCachingGateway : LargeCachingGateway
{
    private protected override string More => "\"Connections\": { \"MinBytesPerSecond\": 1000000 },";
}
