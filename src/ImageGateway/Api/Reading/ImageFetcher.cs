using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Fetches images from URLs in a request: https, and only hosts on the allow-list.</summary>
/// <param name="client">The client for untrusted URLs.</param>
/// <param name="hosts">The allowed hosts, exactly.</param>
internal sealed class ImageFetcher(PublicClient client, IReadOnlyList<string> hosts)
{
    /// <summary>Fetches <paramref name="url"/> into <paramref name="bytes"/>, at most <paramref name="limit"/> of them.</summary>
    /// <exception cref="GatewayException">The URL is not allowed, or does not return a file.</exception>
    public async Task FetchAsync(string url, string param, SpooledBytes bytes, long limit, CancellationToken cancellationToken)
    {
        var (result, status) = await client.FetchAsync(Allowed(url, param), bytes, limit, cancellationToken);
        if (result == FetchResult.Fetched)
            return;
        throw result switch
        {
            FetchResult.TooLarge => JobReader.TooLarge(limit, param),
            FetchResult.Refused => Unreachable(param, $"it returned status {status}"),
            _ => Unreachable(param, "it cannot be fetched"),
        };
    }

    private Uri Allowed(string url, string param)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': an image_url must be a data: URL, or an https URL of an allowed host.", param);
        if (address.UserInfo.Length > 0 || !hosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase))
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': the host '{GatewayException.Shortened(address.IdnHost)}' is not allowed. Send the image as a data: URL, or ask the operator to allow the host.", param);
        return address;
    }

    private static GatewayException Unreachable(string param, string why) => new(ErrorKind.InvalidValue, $"Invalid value for '{param}': the image_url cannot be used: {why}.", param);
}
