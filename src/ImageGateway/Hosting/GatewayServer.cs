using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImageGateway.Hosting;

/// <summary>The web server: its memory, its limits and its JSON.</summary>
internal static class GatewayServer
{
    public static void AddGatewayServer(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BlockPool>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, SharedPool>();
        // A line ends in CR LF: what a proxy takes for part of a header's value must not be a header here.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        builder.WebHost.ConfigureKestrel(Bound);
        ListeningServer.Add(builder.Services, builder.Configuration.GetSection(ListenAddresses.Endpoints).Exists() ? ListenAddresses.Endpoints : "Urls");
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // Numbers are never texts, which would be in the description of every answer.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
    }

    /// <summary>Sets the server's limits; its options must have the application's services.</summary>
    public static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.ApplicationServices.GetRequiredService<GatewaySnapshot>().Connections.Bound(kestrel.Limits);
        // Bytes read ahead of a slow handler, and bytes buffered for a slow client.
        kestrel.Limits.MaxRequestBufferSize = 256 * 1024;
        kestrel.Limits.MaxResponseBufferSize = 128 * 1024;
    }

    private sealed class SharedPool(BlockPool pool) : IMemoryPoolFactory<byte>
    {
        // The server disposes the pool it is given; this pool lives as long as the process.
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Undisposed(pool);

        private sealed class Undisposed(BlockPool pool) : MemoryPool<byte>
        {
            public override int MaxBufferSize => pool.MaxBufferSize;

            public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => pool.Rent(minBufferSize);

            protected override void Dispose(bool disposing) { }
        }
    }
}
