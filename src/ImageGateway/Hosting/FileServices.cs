using System.Security.Cryptography;
using ImageGateway.Api;
using ImageGateway.Api.Files;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Database;

namespace ImageGateway.Hosting;

/// <summary>Registers image hosting: in Redis beside the cached responses, or in separate memory.</summary>
internal static class FileServices
{
    public static void AddFiles(this IServiceCollection services, GatewaySnapshot snapshot, bool hasRedis)
    {
        var (options, key) = snapshot.Files;
        services.AddSingleton(new PublicUrl(snapshot.PublicUrl));
        services.AddSingleton<HostedAnswers>();
        services.AddSingleton<FileReaders>();
        services.AddSingleton<Func<BodyLimits>>(provider => () => provider.GetRequiredService<Snapshots>().Current.Limits);
        services.AddSingleton<ProviderPictures>();
        services.AddSingleton(provider => new FileLinks(key ?? provider.GetRequiredService<SigningKey>().Bytes, options.Ttl, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new HostedFiles(
            hasRedis ? provider.GetRequiredService<IAnswerStore>() : new MemoryAnswerStore(options.MemoryBytes, provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<FileLinks>(), options.MaxBytes));
    }

    /// <summary>The signing key when the configuration has none: the database's, or one that lasts as long as the process.</summary>
    public static async Task AddSigningKeyAsync(this IServiceCollection services, SqlDatabase? database) =>
        services.AddSingleton(new SigningKey(database is null ? RandomNumberGenerator.GetBytes(FileLinks.KeyBytes) : await GatewayKeys.FindOrMakeAsync(database, "files", FileLinks.KeyBytes)));

    private sealed record SigningKey(byte[] Bytes);
}
