namespace ImageGateway.Benchmarks.Proxy;

/// <summary>Bare YARP, the measure of the gateway's overhead: forwards everything, with the defaults of Kestrel and YARP.</summary>
internal static class YarpServer
{
    public static int Run(int port, int upstream)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        app.MapForwarder("/{**rest}", $"http://127.0.0.1:{upstream}");
        app.Run($"http://127.0.0.1:{port}");
        return 0;
    }
}
