using System.Text.Json;
using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Routing;

namespace ImageGateway.Api.Files;

/// <summary>Fetches images that a provider returned as URLs, before these expire; only from hosts that the provider's configuration names.</summary>
internal sealed partial class ProviderPictures(PublicClient client, BlockPool pool, BufferBudget budget, Func<BodyLimits> limits, TimeProvider time, ILogger<ProviderPictures> log) : IDisposable
{
    private readonly PublicClient _simulators = new(time, _ => true);

    /// <summary>The response with the images that could be fetched; the others keep their URLs.</summary>
    public async Task<StoredAnswer> TakeOverAsync(StoredAnswer answer, Target target, CancellationToken cancellationToken)
    {
        var pictures = await Task.WhenAll(answer.Pictures.Select(picture => TakeOverAsync(picture, target, cancellationToken)));
        return answer with { Pictures = pictures };
    }

    public void Dispose() => _simulators.Dispose();

    private async Task<StoredPicture> TakeOverAsync(StoredPicture picture, Target target, CancellationToken cancellationToken)
    {
        if (!picture.Bytes.IsEmpty || Address(picture) is not { } address)
            return picture;
        if (!IsAllowed(address, target))
        {
            LogForeign(target.Name, address.IdnHost);
            return picture;
        }
        using var bytes = new SpooledBytes(pool, budget);
        var result = await FetchAsync(address, bytes, target, cancellationToken);
        if (result != FetchResult.Fetched)
        {
            LogFailed(target.Name, result);
            return picture;
        }
        var file = new byte[bytes.Length];
        for (var (at, read) = (0, 0); (read = bytes.Read(at, file.AsSpan(at))) > 0; at += read) { }
        return new StoredPicture(new PictureBytes([file]), Without(picture.Members));
    }

    // The image is paid for: if there is no room for it here, its URL is passed on.
    private async Task<FetchResult> FetchAsync(Uri address, SpooledBytes bytes, Target target, CancellationToken cancellationToken)
    {
        try
        {
            var (result, _) = await (target.Simulated ? _simulators : client).FetchAsync(address, bytes, limits().FileBytes, cancellationToken);
            return result;
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.Overloaded)
        {
            return FetchResult.NoRoom;
        }
    }

    private static bool IsAllowed(Uri address, Target target) =>
        (address.Scheme == Uri.UriSchemeHttps || target.Simulated) && address.UserInfo.Length == 0 && target.ImageHosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase);

    private static Uri? Address(StoredPicture picture)
    {
        using var members = JsonDocument.Parse($"{{{picture.Members}}}");
        try
        {
            return members.RootElement.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) ? address : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a character, so not a valid URL
        }
    }

    private static string Without(string members)
    {
        using var parsed = JsonDocument.Parse($"{{{members}}}");
        return string.Join(',', parsed.RootElement.EnumerateObject().Where(member => member.Name != "url").Select(member => $"\"{JsonEncodedText.Encode(member.Name)}\":{member.Value.GetRawText()}"));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} returned an image URL on {Host}, which is not one of its ImageHosts; the URL is passed on unchanged")]
    private partial void LogForeign(string target, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An image of {Target} could not be fetched: {Result}; its URL is passed on unchanged")]
    private partial void LogFailed(string target, FetchResult result);
}
