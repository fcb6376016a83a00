# Estimated at 145 MB unpacked, and a test keeps it below 150: the publish output (22 MB), the runtime of the chiseled ASP.NET
# base image (110 MB, as installed with the SDK), and the layers below it, without a shell or a package manager: 13 MB, as listed
# for the same image of .NET 8 (github.com/dpbevin/dotnet-staticfiles). Microsoft reports 111 MB for a small application on the
# .NET 8 base, and 53 MB compressed on that of .NET 10 (github.com/dotnet/dotnet-docker, documentation/sample-image-size-report.md).
FROM node:22-bookworm-slim AS charts
WORKDIR /charts
COPY src/ImageGateway/Dashboard/package.json src/ImageGateway/Dashboard/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
# Restored separately, so that a code change does not download every package again.
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props ./
COPY src/BannedSymbols.txt src/
COPY src/ImageGateway/ImageGateway.csproj src/ImageGateway/
COPY src/ImageGateway.Simulator/ImageGateway.Simulator.csproj src/ImageGateway.Simulator/
RUN dotnet restore src/ImageGateway -a ${TARGETARCH:-amd64} -p:PublishReadyToRun=true
COPY config config
COPY src src
COPY --from=charts /charts/node_modules src/ImageGateway/Dashboard/node_modules
RUN dotnet publish src/ImageGateway -c Release --no-restore -a ${TARGETARCH:-amd64} --no-self-contained -p:PublishReadyToRun=true -o /app \
 && mkdir /data /scratch

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build --chown=0:0 /app .
# The only writable locations; the root file system may be read-only.
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
COPY --from=build --chown=$APP_UID:$APP_UID /scratch /tmp
VOLUME ["/data", "/tmp"]
ENV ASPNETCORE_HTTP_PORTS=8080 \
    IMAGEGATEWAY_DATA=/data \
    DOTNET_EnableDiagnostics=0
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["./ImageGateway", "health"]
ENTRYPOINT ["./ImageGateway"]
