using ImageGateway.Simulator.Answers;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Endpoints;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator;

/// <summary>
/// Builds a simulator of OpenAI's and Azure OpenAI's images APIs. Images are always PNG, whatever the
/// <c>output_format</c>, and declared as such. <see cref="CallLog"/> and <see cref="FaultRules"/> of a hosted one are in its services.
/// </summary>
public static class SimulatorHost
{
    private const long LargestBody = 300L * 1024 * 1024;

    /// <summary>
    /// Ready to start; its addresses are in <see cref="WebApplication.Urls"/> once started.
    /// Without <paramref name="args"/> it runs inside another process: no logging, no signals, no environment variables.
    /// </summary>
    public static WebApplication Build(SimulatorOptions options, string[]? args = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (args is not null)
            MakeIndependent(builder, args);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
        });
        AddServices(builder.Services, options);
        var app = builder.Build();
        Map(app);
        foreach (var url in (builder.Configuration["urls"] ?? options.Urls).Split(';', StringSplitOptions.RemoveEmptyEntries))
            app.Urls.Add(url);
        return app;
    }

    private static void MakeIndependent(WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.AddCommandLine(args);
        builder.Host.UseConsoleLifetime();
        // Kestrel logs every aborted connection as a failed request, and aborting connections is a purpose of this program.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft.AspNetCore", LogLevel.None);
    }

    private static void AddServices(IServiceCollection services, SimulatorOptions options)
    {
        services.AddRoutingCore();
        services.AddSingleton(options);
        services.AddSingleton(new CallLog(options.KeptCalls));
        services.AddSingleton<FaultRules>();
        services.AddSingleton<PictureStore>();
        services.AddSingleton<Deployments>();
        services.AddSingleton<Meter>();
        services.AddSingleton<Pause>();
        services.AddSingleton<ImageCalls>();
    }

    private static void Map(WebApplication app)
    {
        app.Use((http, next) =>
        {
            Account.Strip(http.Request);
            return next(http);
        });
        app.UseRouting();
        var calls = app.Services.GetRequiredService<ImageCalls>();
        app.MapOpenAI(calls);
        app.MapAzure(calls);
        app.MapProfiles(calls);
        app.MapFiles(app.Services.GetRequiredService<PictureStore>());
        app.MapControl(app.Services.GetRequiredService<FaultRules>(), app.Services.GetRequiredService<CallLog>());
    }
}
